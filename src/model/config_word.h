/* SPDX-License-Identifier: MIT */
/*
 * One word of a config file: quotes taken off, ${VAR} replaced, as bash does
 * it in a plain assignment or between the parentheses of an array. What only
 * bash can do is told apart from what bash would refuse. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct config;
struct err;
struct words;

struct reader {
	const char *at, *end;
	int line;
	const char *where;
	const struct config *config; /* what was set so far */
	size_t expanded;             /* bytes that variables put in */
	struct err *err;
};

struct word {
	struct buf text;
	bool begun;           /* there is a word, if only an empty one */
	struct words *fields; /* of an array: where words go; else NULL */
	bool braces;          /* bash would expand {a,b} in it */
};

/* -EINVAL, "WHERE:LINE: …". */
int reader_refuse(struct reader *r, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* -EOPNOTSUPP, "WHERE:LINE: … needs bash"; what is escaped and cut short. */
int reader_needs_bash(struct reader *r, const char *kind, const char *what,
                      size_t len);

/* Pass blanks, continued lines and a comment (and newlines, if asked). */
void reader_skip_blanks(struct reader *r, bool newlines_too);

/* Take the name at the reader: its length, 0 when there is none. */
size_t reader_take_name(struct reader *r, const char **ret_name);

/* Is it one that bash sets or watches itself? */
bool word_is_own_to_bash(const char *name);

/* Read up to the first unquoted blank, newline, operator or the end. */
int word_read(struct word *w, struct reader *r);

/* The word is over: in an array it becomes a field. */
void word_end(struct word *w);

static inline void word_auto(struct word *w)
{
	buf_done(&w->text);
}
