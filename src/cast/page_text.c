/* SPDX-License-Identifier: MIT */
/* The page of casts as text: the one that programs read, and the table. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/mem.h"
#include "cast/casts.h"
#include "cast/page.h"
#include "cast/percent.h"

#define GAP 2 /* blanks between columns */

static const char *const states[] = {
	[PAGE_ACTIVE] = "active",   [PAGE_WAITING] = "waiting",
	[PAGE_OFFERED] = "offered", [PAGE_PUBLISHED] = "published",
	[PAGE_BLOCKED] = "blocked", [PAGE_GIVEN] = "given",
};

/* By CAST_RO and CAST_NOEXEC. */
static const char *const modes[] = {"rw", "ro", "rw,noexec", "ro,noexec"};

#define MODES (sizeof(modes) / sizeof(*modes))

const char *page_state_name(enum page_state state)
{
	return states[state];
}

const char *page_mode_name(unsigned mode)
{
	return modes[mode % MODES];
}

void page_print(const struct page *p, struct buf *b)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct page_item *item = &p->v[i];

		buf_printf(b, "%s\t%s\t", states[item->state],
		           page_mode_name(item->mode));
		percent_encode(b, item->peer);
		buf_putc(b, ':');
		percent_encode(b, item->source);
		buf_putc(b, '\t');
		percent_encode(b, item->target);
		buf_putc(b, '\t');
		percent_encode(b, item->reason);
		buf_putc(b, '\n');
	}
}

/* Which of n names is that; n: none. */
static size_t find_name(const char *const *names, size_t n, const char *name)
{
	size_t i = 0;

	while (i < n && strcmp(names[i], name) != 0)
		i++;
	return i;
}

/* The next part of *rest, up to that byte; NULL: there is no such byte. */
static const char *next_part(char **rest, char end)
{
	char *part = *rest, *at = strchr(part, end);

	if (!at)
		return NULL;
	*at = '\0';
	*rest = at + 1;
	return part;
}

static char *decode(const char *text)
{
	return text ? percent_decode(text, strlen(text)) : NULL;
}

static int read_line(struct page *p, char *line)
{
	const char *state = next_part(&line, '\t');
	const char *mode = next_part(&line, '\t');
	struct page_item *item;

	if (!state || !mode)
		return -EPROTO;
	p->v = mem_resize(p->v, p->n + 1, sizeof(*p->v));
	item = &p->v[p->n++];
	*item = (struct page_item){
		.state = (enum page_state)find_name(states, PAGE_STATES, state),
		.mode = (unsigned)find_name(modes, MODES, mode),
		.peer = decode(next_part(&line, ':')),
		.source = decode(next_part(&line, '\t')),
		.target = decode(next_part(&line, '\t')),
		.reason = decode(line),
	};
	if (item->state == PAGE_STATES || item->mode == MODES || !item->peer ||
	    !item->source || !item->target || !item->reason)
		return -EPROTO;
	return 0;
}

int page_parse(struct page *p, const char *text)
{
	AUTO(mem) char *copy = mem_copy(text);
	AUTO(page) struct page read = {0};
	char *rest = copy;

	while (*rest) {
		char *line = rest;

		if (!next_part(&rest, '\n') || read_line(&read, line) < 0)
			return -EPROTO;
	}
	*p = read;
	read = (struct page){0};
	return 0;
}

enum column { STATE, MODE, FROM, TO, REASON, COLUMNS };

struct row {
	char *v[COLUMNS];
};

/* Each kind of row reads from left to right as things flow. */
static void make_row(const struct page_item *item, struct row *row)
{
	struct buf from = {0}, to = {0}, reason = {0};
	struct buf *peer = item->state == PAGE_GIVEN ? &to : &from;
	struct buf *own = item->state == PAGE_GIVEN ? &from : &to;

	buf_escape(peer, item->peer);
	buf_putc(peer, ':');
	buf_escape(peer, item->source);
	buf_escape(own, item->target);
	buf_escape(&reason, item->reason);
	row->v[STATE] = mem_copy(states[item->state]);
	row->v[MODE] = mem_copy(page_mode_name(item->mode));
	row->v[FROM] = buf_take(&from);
	row->v[TO] = buf_take(&to);
	row->v[REASON] = buf_take(&reason);
}

static void print_row(const struct row *row, const size_t *widths,
                      struct buf *b)
{
	size_t used = COLUMNS;

	while (used && !*row->v[used - 1])
		used--;
	for (size_t i = 0; i < used; i++) {
		size_t pad = widths[i] + GAP - strlen(row->v[i]);

		buf_puts(b, row->v[i]);
		for (; i + 1 < used && pad; pad--)
			buf_putc(b, ' ');
	}
	buf_putc(b, '\n');
}

static void widen(size_t *widths, const struct row *row)
{
	for (int i = 0; i < COLUMNS; i++) {
		size_t len = strlen(row->v[i]);

		if (widths[i] < len)
			widths[i] = len;
	}
}

/* A column of which no row has anything has no header. */
static void print_table(const struct row *rows, size_t n, struct buf *b)
{
	char names[COLUMNS][8] = {"STATE", "MODE", "FROM", "TO", "REASON"};
	size_t widths[COLUMNS] = {0};
	struct row header;

	for (size_t i = 0; i < n; i++)
		widen(widths, &rows[i]);
	for (int i = 0; i < COLUMNS; i++) {
		if (!widths[i])
			*names[i] = '\0';
		header.v[i] = names[i];
	}
	widen(widths, &header);
	print_row(&header, widths, b);
	for (size_t i = 0; i < n; i++)
		print_row(&rows[i], widths, b);
}

static void show_nothing(const struct page *p, bool all, struct buf *b)
{
	size_t offered = 0;

	buf_puts(b, all ? "no casts\n" : "no active casts\n");
	for (size_t i = 0; i < p->n; i++)
		offered += p->v[i].state == PAGE_OFFERED ||
		           p->v[i].state == PAGE_PUBLISHED;
	if (offered)
		buf_printf(b,
		           "%zu offered: caston accepts, showcast -a shows\n",
		           offered);
}

void page_show(const struct page *p, bool all, struct buf *b)
{
	AUTO(mem) struct row *rows = mem_resize(NULL, p->n + 1, sizeof(*rows));
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (all || p->v[i].state == PAGE_ACTIVE)
			make_row(&p->v[i], &rows[n++]);
	if (n)
		print_table(rows, n, b);
	else
		show_nothing(p, all, b);
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < COLUMNS; k++)
			free(rows[i].v[k]);
}
