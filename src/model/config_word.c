/* SPDX-License-Identifier: MIT */
/*
 * Reads one word byte by byte. What is not understood exactly as bash does is
 * left to bash: a wrong guess would declare something else than was written.
 */
#include "model/config_word.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/words.h"
#include "model/config.h"

#define SHOWN_MAX 32 /* bytes of the file that a message repeats */

int reader_refuse(struct reader *r, int line, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_say(r->err, -EINVAL, "%s:%d: %s", r->where, line, text);
}

int reader_needs_bash(struct reader *r, const char *kind, const char *what,
                      size_t len)
{
	AUTO(buf) struct buf shown = {0};
	char text[SHOWN_MAX + 1] = "";

	memcpy(text, what, len < SHOWN_MAX ? len : SHOWN_MAX);
	buf_escape(&shown, text);
	return err_say(r->err, -EOPNOTSUPP, "%s:%d: %s %s%s needs bash",
	               r->where, r->line, kind, buf_text(&shown),
	               len > SHOWN_MAX ? "…" : "");
}

/* The byte at this distance, '\0' past the end: no byte of the text is. */
static char peek(const struct reader *r, size_t distance)
{
	if (distance >= (size_t)(r->end - r->at))
		return '\0';
	return r->at[distance];
}

static char take(struct reader *r)
{
	r->line += *r->at == '\n';
	return *r->at++;
}

static bool is_continued(const struct reader *r)
{
	return peek(r, 0) == '\\' && peek(r, 1) == '\n';
}

static void skip_continued(struct reader *r)
{
	while (is_continued(r)) {
		take(r);
		take(r);
	}
}

void reader_skip_blanks(struct reader *r, bool newlines_too)
{
	for (;;) {
		char c = peek(r, 0);

		if (c == '#') {
			while (r->at < r->end && *r->at != '\n')
				r->at++;
		} else if (is_continued(r)) {
			skip_continued(r);
		} else if (c == ' ' || c == '\t' ||
		           (c == '\n' && newlines_too)) {
			take(r);
		} else {
			return;
		}
	}
}

static bool starts_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

size_t reader_take_name(struct reader *r, const char **ret_name)
{
	const char *name = r->at;

	if (!starts_name(peek(r, 0)))
		return 0;
	while (starts_name(peek(r, 0)) ||
	       (peek(r, 0) >= '0' && peek(r, 0) <= '9'))
		r->at++;
	*ret_name = name;
	return (size_t)(r->at - name);
}

bool word_is_own_to_bash(const char *name)
{
	static const char *const own[] = {
		"BASH*",       "COMP*",
		"COPROC",      "DIRSTACK",
		"EPOCH*",      "EUID",
		"EXECIGNORE",  "FUNC*",
		"GLOB*",       "GROUPS",
		"HIST*",       "HOME",
		"HOSTTYPE",    "IFS",
		"IGNOREEOF",   "LANG*",
		"LC_*",        "LINENO",
		"MACHTYPE",    "MAPFILE",
		"OLDPWD",      "OPT*",
		"OSTYPE",      "PATH",
		"PIPESTATUS",  "POSIXLY_CORRECT",
		"PPID",        "PS[0-4]",
		"PWD",         "RANDOM",
		"READLINE_*",  "REPLY",
		"SECONDS",     "SHELL",
		"SHELLOPTS",   "SHLVL",
		"SRANDOM",     "TERM",
		"TEXTDOMAIN*", "UID",
		"_",
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (!fnmatch(own[i], name, 0))
			return true;
	return false;
}

void word_end(struct word *w)
{
	if (!w->begun || !w->fields)
		return;
	words_add(w->fields, buf_text(&w->text));
	buf_done(&w->text);
	w->begun = false;
}

static void add_byte(struct word *w, char c)
{
	buf_putc(&w->text, c);
	w->begun = true;
}

/* What an unquoted variable holds is parted at blanks in an array. */
static void add_split(struct word *w, const char *value)
{
	for (; *value; value++) {
		if (w->fields && strchr(" \t\n", *value))
			word_end(w);
		else
			add_byte(w, *value);
	}
}

static int expand(struct word *w, struct reader *r, const char *name,
                  bool quoted)
{
	const struct variable *v = config_get(r->config, name);
	const char *value = v && v->values.n ? v->values.v[0] : "";

	if (word_is_own_to_bash(name))
		return reader_needs_bash(r, "the variable", name, strlen(name));
	/* bash takes such a value for a pattern of file names */
	if (!quoted && w->fields && strpbrk(value, "*?[\\"))
		return reader_needs_bash(r, "the pattern in", name,
		                         strlen(name));
	r->expanded += strlen(value);
	if (r->expanded > CONFIG_MAX)
		return reader_refuse(r, r->line,
		                     "the variables used come to more than "
		                     "%d bytes",
		                     CONFIG_MAX);
	if (quoted)
		buf_puts(&w->text, value);
	else
		add_split(w, value);
	return 0;
}

/* A dollar sign that bash leaves alone. */
static bool is_lone_dollar(const struct reader *r, bool quoted)
{
	char next = peek(r, 1);

	return !next || strchr(" \t\n", next) || (quoted && next == '"');
}

static int read_dollar(struct word *w, struct reader *r, bool quoted)
{
	AUTO(mem) char *name = NULL;
	const char *begin = r->at, *from;
	bool braced = peek(r, 1) == '{';
	size_t len;

	if (is_lone_dollar(r, quoted)) {
		add_byte(w, take(r));
		return 0;
	}
	r->at += braced ? 2 : 1;
	len = reader_take_name(r, &from);
	if (!len || (braced && peek(r, 0) != '}'))
		return reader_needs_bash(r, "the expansion", begin,
		                         (size_t)(r->at - begin) +
		                                 (r->at < r->end));
	r->at += braced;
	/* the name goes on in the next line */
	if (!braced && is_continued(r))
		return reader_needs_bash(r, "a line end in the name", from,
		                         len);
	name = mem_new0(len + 1);
	memcpy(name, from, len);
	return expand(w, r, name, quoted);
}

static int read_single_quoted(struct word *w, struct reader *r)
{
	int line = r->line;

	take(r);
	w->begun = true;
	while (r->at < r->end && *r->at != '\'')
		add_byte(w, take(r));
	if (r->at == r->end)
		return reader_refuse(r, line, "the quote ' is never closed");
	take(r);
	return 0;
}

/* Inside "…" a backslash quotes only what would be special there. */
static void read_double_quoted_backslash(struct word *w, struct reader *r)
{
	if (is_continued(r)) {
		skip_continued(r);
		return;
	}
	if (r->end - r->at > 1 && strchr("$`\"\\", r->at[1]))
		take(r);
	add_byte(w, take(r));
}

static int read_double_quoted(struct word *w, struct reader *r)
{
	int line = r->line, code = 0;

	take(r);
	w->begun = true;
	while (!code && r->at < r->end && *r->at != '"') {
		if (*r->at == '\\')
			read_double_quoted_backslash(w, r);
		else if (*r->at == '$')
			code = read_dollar(w, r, true);
		else if (*r->at == '`')
			return reader_needs_bash(r, "the command", r->at, 1);
		else
			add_byte(w, take(r));
	}
	if (code < 0)
		return code;
	if (r->at == r->end)
		return reader_refuse(r, line, "the quote \" is never closed");
	take(r);
	return 0;
}

static int read_backslash(struct word *w, struct reader *r)
{
	if (is_continued(r)) {
		skip_continued(r);
		return 0;
	}
	if (r->end - r->at < 2)
		return reader_needs_bash(r, "at the end, a", r->at, 1);
	take(r);
	add_byte(w, take(r));
	return 0;
}

static int read_unquoted(struct word *w, struct reader *r)
{
	char c = *r->at;

	switch (c) {
	case '\\':
		return read_backslash(w, r);
	case '\'':
		return read_single_quoted(w, r);
	case '"':
		return read_double_quoted(w, r);
	case '$':
		return read_dollar(w, r, false);
	case '`':
		return reader_needs_bash(r, "the command", r->at, 1);
	case '~':
		return reader_needs_bash(r, "the home directory", r->at, 1);
	default:
		if ((w->fields && strchr("*?[", c)) ||
		    (w->braces && strchr("{}", c)))
			return reader_needs_bash(r, "the pattern", r->at, 1);
		add_byte(w, take(r));
		return 0;
	}
}

int word_read(struct word *w, struct reader *r)
{
	int code = 0;

	while (!code && r->at < r->end && !strchr(" \t\n;&|<>()", *r->at))
		code = read_unquoted(w, r);
	return code;
}
