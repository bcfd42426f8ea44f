/* SPDX-License-Identifier: MIT */
/* The lines that are a peer's own, given to another one, or left out. */
#include "cast/ini.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "cast/ini_line.h"

struct naming {
	struct ini_lines lines;
	const char *old, *new;
	struct buf *b;
};

static bool is_section(const struct ini_line *line, const char *name)
{
	return line->kind == INI_SECTION && !strcmp(line->section, name);
}

static bool is_public_key(const struct ini_line *line, const char *name)
{
	return line->kind == INI_ENTRY && line->list == INI_PUBLISHED &&
	       !strcmp(line->key, name);
}

/* Can what is old's become new's, or is there one already? */
static bool can_move(const struct naming *n,
                     bool (*is_it)(const struct ini_line *line,
                                   const char *name))
{
	if (!n->new)
		return false;
	for (size_t i = 0; i < n->lines.n; i++)
		if (is_it(&n->lines.v[i], n->new))
			return false;
	return true;
}

/* The line with the first word of old's name in it being new's. */
static void write_renamed(const struct naming *n, const struct ini_line *line,
                          size_t from)
{
	size_t at = from + strspn(line->text + from, " \t");
	size_t after = at + strlen(n->old);

	buf_add(n->b, line->text, at);
	buf_puts(n->b, n->new);
	buf_add(n->b, line->text + after, line->len - after);
}

static void write_key(const struct naming *n, const struct ini_line *line)
{
	if (can_move(n, is_public_key))
		write_renamed(n, line, 0);
}

/* How many lines of a section there are up to its last entry: comments behind
 * that may be about the next. */
static size_t owned_lines(const struct ini_lines *lines, size_t at)
{
	size_t last = at;

	for (size_t i = at + 1;
	     i < lines->n && lines->v[i].kind != INI_SECTION &&
	     lines->v[i].section;
	     i++)
		if (lines->v[i].kind == INI_ENTRY)
			last = i;
	return last - at + 1;
}

/* Returns how many lines were dealt with. */
static size_t write_section(const struct naming *n, size_t at)
{
	const struct ini_line *line = &n->lines.v[at];
	const char *bracket = memchr(line->text, '[', line->len);

	if (!can_move(n, is_section))
		return owned_lines(&n->lines, at);
	write_renamed(n, line, (size_t)(bracket + 1 - line->text));
	return 1;
}

void ini_rename(const char *text, size_t len, const char *old, const char *new,
                struct buf *b)
{
	struct naming n = {.old = old, .new = new, .b = b};
	AUTO(buf) struct buf ignored = {0};
	int number, r = ini_lines_read(text, len, &n.lines, &number, &ignored);

	assert(!r);
	for (size_t i = 0; i < n.lines.n;) {
		const struct ini_line *line = &n.lines.v[i];

		if (is_section(line, old)) {
			i += write_section(&n, i);
			continue;
		}
		if (is_public_key(line, old))
			write_key(&n, line);
		else
			buf_add(b, line->text, line->len);
		i++;
	}
	ini_lines_done(&n.lines);
}
