/* SPDX-License-Identifier: MIT */
/*
 * Each entry that is there is compared with what it has to list. A section's
 * new entries follow its last one, new sections the end.
 */
#include "cast/ini.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/words.h"
#include "cast/casts.h"
#include "cast/ini_line.h"
#include "cast/percent.h"
#include "cast/policy.h"

struct writing {
	struct ini_lines lines;
	const struct casts *now;
	struct buf *b;
};

/* One entry by its place, there or not. */
struct entry {
	const char *section, *key;
	enum ini_list list;
};

static void list_offers(const struct casts *c, const struct entry *e,
                        struct ini_items *items)
{
	uint32_t source = casts_hash(e->section, e->key);

	for (size_t i = 0; i < c->n_offers; i++) {
		const struct offer *o = &c->offers[i];

		if (o->source == source && o->receiver &&
		    !strcmp(o->path, e->key) && !strcmp(o->giver, e->section))
			ini_items_add(items,
			              &(struct ini_item){.peer = o->receiver,
			                                 .path = o->target,
			                                 .mode = o->mode});
	}
}

static void list_published(const struct casts *c, const struct entry *e,
                           struct ini_items *items)
{
	for (size_t i = 0; i < c->n_offers; i++) {
		const struct offer *o = &c->offers[i];

		if (!o->receiver && !strcmp(o->giver, e->key))
			ini_items_add(items,
			              &(struct ini_item){.path = o->path,
			                                 .mode = o->mode});
	}
}

static void list_accepted(const struct casts *c, const struct entry *e,
                          struct ini_items *items)
{
	uint32_t whom = casts_hash(e->section, NULL);

	for (size_t i = 0; i < c->n_acceptances; i++) {
		const struct acceptance *a = &c->acceptances[i];

		if (a->whom == whom && !strcmp(a->receiver, e->section))
			ini_items_add(items,
			              &(struct ini_item){.peer = a->giver,
			                                 .path = a->target,
			                                 .from = a->path,
			                                 .mode = a->mode});
	}
}

static void list_blocked(const struct casts *c, const struct entry *e,
                         struct ini_items *items)
{
	for (size_t i = 0; i < c->n_blocks; i++) {
		const struct block *block = &c->blocks[i];

		if (!strcmp(block->receiver, e->section))
			ini_items_add(items,
			              &(struct ini_item){.peer = block->peer,
			                                 .path = block->path});
	}
}

static bool is_accepted(const struct casts *c, const struct offer *o)
{
	for (size_t i = 0; i < c->n_acceptances; i++) {
		const struct acceptance *a = &c->acceptances[i];

		if (a->source == o->source && a->whom == o->whom &&
		    !strcmp(a->path, o->path) && !strcmp(a->giver, o->giver) &&
		    !strcmp(a->receiver, o->receiver))
			return true;
	}
	return false;
}

static void list_offered(const struct casts *c, const struct entry *e,
                         struct ini_items *items)
{
	uint32_t whom = casts_hash(e->section, NULL);

	for (size_t i = 0; i < c->n_offers; i++) {
		const struct offer *o = &c->offers[i];

		if (o->whom != whom || !o->receiver ||
		    strcmp(o->receiver, e->section) || is_accepted(c, o) ||
		    policy_blocked(c, o->receiver, o->giver, o->target))
			continue;
		ini_items_add(items, &(struct ini_item){.peer = o->giver,
		                                        .path = o->target,
		                                        .from = o->path,
		                                        .mode = o->mode});
	}
}

/* What an entry has to list. */
static void list(const struct casts *c, const struct entry *e,
                 struct ini_items *items)
{
	switch (e->list) {
	case INI_CASTS:
		list_offers(c, e, items);
		return;
	case INI_PUBLISHED:
		list_published(c, e, items);
		return;
	case INI_ACCEPTED:
		list_accepted(c, e, items);
		return;
	case INI_BLOCKED:
		list_blocked(c, e, items);
		return;
	case INI_OFFERED:
		break;
	}
	list_offered(c, e, items);
}

/* --- what is there --- */

static void write_line(struct writing *w, const struct ini_line *line)
{
	struct entry e = {line->section, line->key, line->list};
	AUTO(ini_items) struct ini_items old = {0}, new = {0};
	AUTO(buf) struct buf ignored = {0};
	int r;

	if (line->kind == INI_ENTRY) {
		list(w->now, &e, &new);
		r = ini_items_read(line, &old, &ignored);
		assert(!r);
	}
	if (line->kind != INI_ENTRY ||
	    ini_items_equal(line->list, &old, &new)) {
		buf_add(w->b, line->text, line->len);
		return;
	}
	if (!new.n && (e.list == INI_CASTS || e.list == INI_PUBLISHED))
		return;
	buf_add(w->b, line->text, line->value);
	buf_putc(w->b, ' ');
	ini_items_print(&new, w->b);
	if (line->text[line->len - 1] == '\n')
		buf_putc(w->b, '\n');
}

/* --- what is new --- */

static void end_line(struct writing *w)
{
	if (w->b->len && w->b->data[w->b->len - 1] != '\n')
		buf_putc(w->b, '\n');
}

/* Lines of one section, from its header on; n = 0: it is not there. */
struct section {
	const char *name;
	const struct ini_line *v;
	size_t n;
};

static bool has_entry(const struct section *s, const struct entry *e)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].kind == INI_ENTRY && s->v[i].list == e->list &&
		    !strcmp(s->v[i].key, e->key))
			return true;
	return false;
}

static void add_entry(const struct writing *w, const struct section *s,
                      const struct entry *e, struct buf *b)
{
	AUTO(ini_items) struct ini_items items = {0};

	if (has_entry(s, e))
		return;
	list(w->now, e, &items);
	if (!items.n)
		return;
	percent_encode(b, e->key);
	if (e->list == INI_ACCEPTED)
		buf_puts(b, "_accepted");
	else if (e->list == INI_BLOCKED)
		buf_puts(b, "_blocked");
	else if (e->list == INI_OFFERED)
		buf_puts(b, "_offered");
	buf_puts(b, " = ");
	ini_items_print(&items, b);
	buf_putc(b, '\n');
}

/* The entry of that section that says an offer, if any does. */
static bool entry_of(const struct offer *o, const char *section,
                     struct entry *ret_entry)
{
	if (strcmp(section, o->receiver ? o->giver : INI_PUBLIC))
		return false;
	*ret_entry =
		(struct entry){.section = section,
	                       .key = o->receiver ? o->path : o->giver,
	                       .list = o->receiver ? INI_CASTS : INI_PUBLISHED};
	return true;
}

/* Did an offer before that one add the same entry? */
static bool is_added(const struct writing *w, size_t before,
                     const struct entry *e)
{
	for (size_t i = 0; i < before; i++) {
		struct entry other;

		if (entry_of(&w->now->offers[i], e->section, &other) &&
		    !strcmp(other.key, e->key))
			return true;
	}
	return false;
}

static void add_entries(const struct writing *w, const struct section *s,
                        struct buf *b)
{
	static const enum ini_list states[] = {INI_ACCEPTED, INI_BLOCKED,
	                                       INI_OFFERED};
	struct entry e;

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		e = (struct entry){s->name, "", states[i]};
		add_entry(w, s, &e, b);
	}
	for (size_t i = 0; i < w->now->n_offers; i++)
		if (entry_of(&w->now->offers[i], s->name, &e) &&
		    !has_entry(s, &e) && !is_added(w, i, &e))
			add_entry(w, s, &e, b);
}

/* A section that is there: its lines, and after the last of its entries what
 * is new. */
static void write_section(struct writing *w, const struct section *s)
{
	AUTO(buf) struct buf added = {0};
	size_t last = 0;

	add_entries(w, s, &added);
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].kind == INI_ENTRY)
			last = i;
	for (size_t i = 0; i < s->n; i++) {
		write_line(w, &s->v[i]);
		if (i == last && added.len) {
			end_line(w);
			buf_puts(w->b, buf_text(&added));
		}
	}
}

/* Make sure that there is a section of that name, which has something. */
static void add_section(struct writing *w, const char *name,
                        struct words *known)
{
	struct section s = {.name = name};

	for (size_t i = 0; i < known->n; i++)
		if (!strcmp(known->v[i], name))
			return;
	words_add(known, name);
	end_line(w);
	buf_printf(w->b, "[%s]\n", name);
	add_entries(w, &s, w->b);
}

static void add_sections(struct writing *w, struct words *known)
{
	const struct casts *c = w->now;

	for (size_t i = 0; i < c->n_offers; i++) {
		const struct offer *o = &c->offers[i];

		add_section(w, o->receiver ? o->giver : INI_PUBLIC, known);
		if (o->receiver)
			add_section(w, o->receiver, known);
	}
	for (size_t i = 0; i < c->n_acceptances; i++)
		add_section(w, c->acceptances[i].receiver, known);
	for (size_t i = 0; i < c->n_blocks; i++)
		add_section(w, c->blocks[i].receiver, known);
}

static size_t section_length(const struct ini_lines *lines, size_t at)
{
	size_t end = at + 1;

	while (end < lines->n && lines->v[end].section &&
	       lines->v[end].kind != INI_SECTION)
		end++;
	return end - at;
}

void ini_rewrite(const char *text, size_t len, const struct casts *now,
                 struct buf *b)
{
	struct buf out = {0}, ignored = {0};
	struct writing w = {.now = now, .b = &out};
	AUTO(words) struct words known = {0};
	int number, r;

	r = ini_lines_read(text, len, &w.lines, &number, &ignored);
	assert(!r);
	for (size_t i = 0; i < w.lines.n;) {
		const struct ini_line *line = &w.lines.v[i];
		struct section s = {line->section, line, 1};

		if (line->kind == INI_SECTION) {
			s.n = section_length(&w.lines, i);
			write_section(&w, &s);
			words_add(&known, s.name);
		} else {
			buf_add(&out, line->text, line->len);
		}
		i += s.n;
	}
	add_sections(&w, &known);
	buf_add(b, buf_text(&out), out.len);
	buf_done(&out);
	buf_done(&ignored);
	ini_lines_done(&w.lines);
}
