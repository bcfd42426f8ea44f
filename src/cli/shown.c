/* SPDX-License-Identifier: MIT */

#include "cli/shown.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/words.h"
#include "casting/casting.h"
#include "cli/context.h"
#include "sub/sub.h"

void shown_done(struct shown *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct page one = {.v = &s->v[i].item, .n = 1};

		free(s->v[i].receiver);
		free(one.v->peer);
		free(one.v->source);
		free(one.v->target);
		free(one.v->reason);
	}
	free(s->v);
	*s = (struct shown){0};
}

static struct shown_row *add(struct shown *s, const char *receiver)
{
	s->v = mem_resize(s->v, s->n + 1, sizeof(*s->v));
	s->v[s->n] = (struct shown_row){.receiver = mem_copy(receiver)};
	return &s->v[s->n++];
}

/* Hand over what of a page is for the table of all. */
static void take(struct shown *s, const char *receiver, struct page *page,
                 bool own)
{
	for (size_t i = 0; i < page->n; i++) {
		struct page_item *item = &page->v[i];

		if (!own && (item->state == PAGE_GIVEN ||
		             item->state == PAGE_PUBLISHED))
			continue;
		add(s, receiver)->item = *item;
		*item = (struct page_item){.state = item->state};
	}
}

static int add_one(struct shown *s, struct casting *casting, const char *name,
                   bool own, struct err *err)
{
	AUTO(page) struct page page = {0};
	int r = casting_page(casting, name, &page, err);

	if (!r)
		take(s, name, &page, own);
	return r;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_published(struct shown *s, const struct casts *c)
{
	for (size_t i = 0; i < c->n_offers; i++) {
		const struct offer *o = &c->offers[i];

		if (o->receiver)
			continue;
		add(s, "*")->item = (struct page_item){
			.state = PAGE_PUBLISHED,
			.mode = o->mode,
			.peer = mem_copy(o->giver),
			.source = mem_copy(o->path),
			.target = mem_copy(o->path),
			.reason = mem_copy(""),
		};
	}
}

static int add_all(struct shown *s, struct casting *casting, struct err *err)
{
	const struct casts *c = &casting->casts;
	AUTO(words) struct words names = {0};
	int r = 0;

	for (size_t i = 0; i < c->n_acceptances; i++)
		words_add(&names, c->acceptances[i].receiver);
	for (size_t i = 0; i < c->n_offers; i++)
		if (c->offers[i].receiver)
			words_add(&names, c->offers[i].receiver);
	if (names.n)
		qsort(names.v, names.n, sizeof(*names.v), by_text);
	for (size_t i = 0; !r && i < names.n; i++)
		if (!i || strcmp(names.v[i], names.v[i - 1]))
			r = add_one(s, casting, names.v[i], false, err);
	add_published(s, c);
	return r;
}

int shown_collect(struct shown *s, const struct context *c, const char *name,
                  struct err *err)
{
	AUTO(casting) struct casting casting = CASTING_NONE;
	AUTO(sub) struct sub sub = SUB_NONE;
	int r = name && strcmp(name, PEER_HOST)
	                ? sub_open(&sub, &c->places, name, err)
	                : 0;

	if (!r)
		r = casting_look(&casting, &c->places, err);
	if (r < 0)
		return r;
	if (casting.fault) {
		AUTO(buf) struct buf note = {0};

		buf_printf(&note, "%s; shown is the last that could be read\n",
		           casting.fault);
		context_note(c, "casts.ini", &note);
	}
	return name ? add_one(s, &casting, name, true, err)
	            : add_all(s, &casting, err);
}

/* In double quotes, with what ends them taken out. */
static void quote(struct buf *b, const char *text)
{
	AUTO(buf) struct buf shown = {0};

	buf_escape(&shown, text);
	buf_putc(b, '"');
	for (const char *c = buf_text(&shown); *c; c++) {
		if (*c == '"' || *c == '\\')
			buf_putc(b, '\\');
		buf_putc(b, *c);
	}
	buf_putc(b, '"');
}

static void draw(const struct shown_row *row, struct buf *b)
{
	static const char *const styles[PAGE_STATES] = {
		[PAGE_ACTIVE] = "solid",   [PAGE_WAITING] = "dashed",
		[PAGE_OFFERED] = "dotted", [PAGE_PUBLISHED] = "dotted",
		[PAGE_BLOCKED] = "invis",  [PAGE_GIVEN] = "invis",
	};
	const struct page_item *item = &row->item;
	AUTO(buf) struct buf label = {0};

	if (item->state == PAGE_BLOCKED || item->state == PAGE_GIVEN)
		return;
	buf_puts(&label, item->source);
	if (strcmp(item->source, item->target))
		buf_printf(&label, " on %s", item->target);
	if (item->mode & CAST_RO)
		buf_puts(&label, " (ro)");
	buf_puts(b, "\t");
	quote(b, item->peer);
	buf_puts(b, " -> ");
	quote(b, strcmp(row->receiver, "*") ? row->receiver : "everybody");
	buf_puts(b, " [label=");
	quote(b, label.data);
	buf_printf(b, ", style=%s];\n", styles[item->state]);
}

void shown_graph(const struct shown *s, struct buf *b)
{
	buf_puts(b, "digraph casts {\n\trankdir=LR;\n\tnode [shape=box];\n");
	for (size_t i = 0; i < s->n; i++)
		draw(&s->v[i], b);
	buf_puts(b, "}\n");
}
