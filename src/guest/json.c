/* SPDX-License-Identifier: MIT */

#include "guest/json.h"

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* How many bytes of UTF-8 (RFC 3629) text begins with as one character; 0:
 * it is none, too long a form, or half of a pair of UTF-16. */
static size_t character_length(const char *text)
{
	/* By length: what the first byte keeps of itself, and the least that
	 * may be written so. */
	static const struct {
		unsigned char mask, mark;
		uint32_t least;
	} forms[] = {
		{0x80, 0x00, 0},
		{0xe0, 0xc0, 0x80},
		{0xf0, 0xe0, 0x800},
		{0xf8, 0xf0, 0x10000},
	};

	for (size_t n = 0; n < sizeof(forms) / sizeof(*forms); n++) {
		uint32_t c = (unsigned char)*text;

		if ((c & forms[n].mask) != forms[n].mark)
			continue;
		c &= (uint32_t)~forms[n].mask & 0xff;
		for (size_t i = 1; i <= n; i++) {
			if ((text[i] & 0xc0) != 0x80)
				return 0;
			c = c << 6 | (text[i] & 0x3f);
		}
		if (c < forms[n].least || c > 0x10ffff || c >> 11 == 0x1b)
			return 0;
		return n + 1;
	}
	return 0;
}

void json_string(struct buf *b, const char *text)
{
	buf_putc(b, '"');
	while (*text) {
		size_t n = character_length(text);

		if (!n)
			buf_puts(b, "\\ufffd");
		else if (*text == '"' || *text == '\\')
			buf_printf(b, "\\%c", *text);
		else if (n == 1 && (*text < ' ' || *text == 0x7f))
			buf_printf(b, "\\u%04x", (unsigned)*text);
		else
			buf_add(b, text, n);
		text += n ? n : 1;
	}
	buf_putc(b, '"');
}
