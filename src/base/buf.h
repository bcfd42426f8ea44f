/* SPDX-License-Identifier: MIT */
/* A string that grows. {0} is empty; data is NUL-terminated once not empty. */
#pragma once

#include <stddef.h>

struct buf {
	char *data;
	size_t len, room;
};

void buf_done(struct buf *b);
void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_puts(struct buf *b, const char *text);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Bytes a guest or a file chose, made safe to show: what is not printable
 * ASCII, and the backslash, comes out as \xHH. */
void buf_escape(struct buf *b, const char *text);

/* The text so far, "" when there is none; still owned by b. */
const char *buf_text(const struct buf *b);

/* Hand the text on (never NULL, the caller's to free) and be empty again. */
char *buf_take(struct buf *b);

static inline void buf_auto(struct buf *b)
{
	buf_done(b);
}
