/* SPDX-License-Identifier: MIT */

#include "cast/percent.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* The grammar's own bytes; 0 is none of them, but a control. */
static bool is_plain(unsigned char c)
{
	switch (c) {
	case ',':
	case ':':
	case '(':
	case ')':
	case '=':
	case '#':
	case ';':
	case '%':
		return false;
	default:
		return c > ' ' && c < 0x7f;
	}
}

void percent_encode(struct buf *b, const char *text)
{
	while (*text) {
		size_t n = 0;

		while (is_plain((unsigned char)text[n]))
			n++;
		buf_add(b, text, n);
		text += n;
		if (*text)
			buf_printf(b, "%%%02X", (unsigned char)*text++);
	}
}

size_t percent_length(const char *text)
{
	size_t length = 0;

	for (; *text; text++)
		length += is_plain((unsigned char)*text) ? 1 : 3;
	return length;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte that text, of len bytes, starts with, written so; or -1. */
static int escaped(const char *text, size_t len)
{
	int high, low;

	if (len < 3 || *text != '%')
		return -1;
	high = digit(text[1]);
	low = digit(text[2]);
	if (high < 0 || low < 0 || (!high && !low))
		return -1;
	return high * 16 + low;
}

char *percent_decode(const char *text, size_t len)
{
	struct buf b = {0};

	for (size_t i = 0; i < len; i++) {
		int byte = (unsigned char)text[i];

		if (!is_plain((unsigned char)byte)) {
			byte = escaped(text + i, len - i);
			i += 2;
		}
		if (byte < 0) {
			buf_done(&b);
			return NULL;
		}
		buf_putc(&b, (char)byte);
	}
	return buf_take(&b);
}
