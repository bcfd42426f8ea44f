/* SPDX-License-Identifier: MIT */
/*
 * A line is blank, a comment, a section's header or an entry, whatever stands
 * before it; what a section is named says whether its entries concern us.
 */
#include "cast/ini_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/mem.h"
#include "cast/casts.h"
#include "cast/path.h"
#include "cast/percent.h"
#include "model/name.h"

struct span {
	const char *text;
	size_t len;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct span trim(const char *text, size_t len)
{
	while (len && is_blank(*text)) {
		text++;
		len--;
	}
	while (len && is_blank(text[len - 1]))
		len--;
	return (struct span){text, len};
}

static char *copy_span(struct span s)
{
	char *copy = mem_new0(s.len + 1);

	memcpy(copy, s.text, s.len);
	return copy;
}

int ini_fail(struct buf *reason, const char *what, const char *word)
{
	buf_puts(reason, what);
	if (word) {
		buf_puts(reason, ": \"");
		buf_escape(reason, word);
		buf_putc(reason, '"');
	}
	return -EINVAL;
}

int ini_path_read(const char *word, char **ret_path, struct buf *reason)
{
	AUTO(mem) char *path = percent_decode(word, strlen(word));
	const char *fault = path ? path_fault(path) : PERCENT_FAULT;

	if (fault)
		return ini_fail(reason, fault, word);
	*ret_path = PTR_TAKE(path);
	return 0;
}

void ini_lines_done(struct ini_lines *lines)
{
	for (size_t i = 0; i < lines->n; i++) {
		free(lines->v[i].section);
		free(lines->v[i].key);
	}
	free(lines->v);
	*lines = (struct ini_lines){0};
}

static int check_bytes(const struct ini_line *line, struct buf *reason)
{
	if (line->len > INI_LINE_MAX)
		return ini_fail(reason, "the line has more than 1 MiB", NULL);
	for (size_t i = 0; i < line->len; i++) {
		unsigned char c = (unsigned char)line->text[i];

		if (c == '\t' || c == '\n' || (c >= ' ' && c != 0x7f))
			continue;
		buf_printf(reason, "there is a control byte, \\x%02x", c);
		return -EINVAL;
	}
	return 0;
}

char *ini_peer_read(const char *word)
{
	if (!strcasecmp(word, PEER_HOST))
		return mem_copy(PEER_HOST);
	return name_is_valid(word) ? mem_copy(word) : NULL;
}

static int read_section(struct ini_line *line, struct span text,
                        struct buf *reason)
{
	char *name;

	if (text.text[text.len - 1] != ']')
		return ini_fail(reason, "a section's line ends with ]", NULL);
	name = copy_span(trim(text.text + 1, text.len - 2));
	line->section = strcasecmp(name, INI_PUBLIC) ? ini_peer_read(name)
	                                             : mem_copy(INI_PUBLIC);
	if (line->section)
		line->kind = INI_SECTION;
	free(name);
	return 0;
}

static int read_public_key(struct ini_line *line, const char *key,
                           struct buf *reason)
{
	line->list = INI_PUBLISHED;
	line->key = ini_peer_read(key);
	return line->key ? 0
	                 : ini_fail(reason, "[published] has no such key", key);
}

static int read_path_key(struct ini_line *line, const char *key,
                         struct buf *reason)
{
	line->list = INI_CASTS;
	return ini_path_read(key, &line->key, reason);
}

static int read_state_key(struct ini_line *line, const char *key,
                          struct buf *reason)
{
	if (!strcasecmp(key, "_accepted"))
		line->list = INI_ACCEPTED;
	else if (!strcasecmp(key, "_blocked"))
		line->list = INI_BLOCKED;
	else if (!strcasecmp(key, "_offered"))
		line->list = INI_OFFERED;
	else
		return ini_fail(reason, "a peer's section has no such key",
		                key);
	if (!strcmp(line->section, PEER_HOST))
		return ini_fail(reason, "the host receives no casts", key);
	line->key = mem_copy("");
	return 0;
}

static int read_key(struct ini_line *line, const char *key, struct buf *reason)
{
	if (!strcmp(line->section, INI_PUBLIC))
		return read_public_key(line, key, reason);
	return *key == '/' ? read_path_key(line, key, reason)
	                   : read_state_key(line, key, reason);
}

static int read_entry(struct ini_line *line, struct span text,
                      struct buf *reason)
{
	const char *equals = memchr(text.text, '=', text.len);
	char *key;
	int r;

	if (!equals)
		return ini_fail(reason, "neither [SECTION] nor KEY = VALUE",
		                NULL);
	key = copy_span(trim(text.text, (size_t)(equals - text.text)));
	r = read_key(line, key, reason);
	free(key);
	line->kind = INI_ENTRY;
	line->value = (size_t)(equals + 1 - line->text);
	return r;
}

/* Sections hold what follows; before is the line before, or NULL. */
static int read_line(struct ini_line *line, const struct ini_line *before,
                     bool *is_foreign, struct buf *reason)
{
	bool is_ended = line->len && line->text[line->len - 1] == '\n';
	struct span text = trim(line->text, line->len - is_ended);
	int r = check_bytes(line, reason);

	if (r < 0)
		return r;
	if (text.len && *text.text == '[') {
		r = read_section(line, text, reason);
		*is_foreign = !line->section;
		return r;
	}
	if (before && before->section)
		line->section = mem_copy(before->section);
	if (!text.len || strchr("#;", *text.text) || *is_foreign)
		return 0;
	if (!line->section)
		return ini_fail(reason, "it stands in no [SECTION]", NULL);
	return read_entry(line, text, reason);
}

static struct ini_line *add_line(struct ini_lines *lines)
{
	size_t n = lines->n;

	if (!(n & (n - 1)))
		lines->v =
			mem_resize(lines->v, n ? 2 * n : 1, sizeof(*lines->v));
	lines->v[n] = (struct ini_line){.number = (int)n + 1};
	lines->n++;
	return &lines->v[n];
}

int ini_lines_read(const char *text, size_t len, struct ini_lines *ret,
                   int *ret_number, struct buf *reason)
{
	struct ini_lines lines = {0};
	const char *end = text + len;
	bool is_foreign = false;
	int r = 0;

	while (!r && text < end) {
		struct ini_line *line = add_line(&lines);
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		line->text = text;
		line->len = newline ? (size_t)(newline + 1 - text)
		                    : (size_t)(end - text);
		text += line->len;
		r = read_line(line, lines.n > 1 ? line - 1 : NULL, &is_foreign,
		              reason);
		*ret_number = line->number;
	}
	if (r < 0)
		ini_lines_done(&lines);
	else
		*ret = lines;
	return r;
}

char *ini_line_value(const struct ini_line *entry)
{
	size_t len = entry->len - entry->value;

	if (len && entry->text[entry->len - 1] == '\n')
		len--;
	return copy_span((struct span){entry->text + entry->value, len});
}
