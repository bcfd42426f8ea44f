/* SPDX-License-Identifier: MIT */

#include "model/command.h"

#include <errno.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/words.h"

static void print_word(const char *word, struct buf *b)
{
	if (!*word)
		buf_putc(b, '%'); /* an empty one */
	for (; *word; word++) {
		unsigned char c = (unsigned char)*word;

		if (c <= ' ' || c > '~' || c == '%')
			buf_printf(b, "%%%02x", c);
		else
			buf_putc(b, (char)c);
	}
}

void command_print(char *const *command, struct buf *b)
{
	for (size_t i = 0; command[i]; i++) {
		if (i)
			buf_putc(b, ' ');
		print_word(command[i], b);
	}
}

static int digit_of(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static int parse_word(const char *text, size_t len, struct words *words)
{
	AUTO(buf) struct buf word = {0};

	if (len == 1 && *text == '%')
		len = 0;
	for (size_t i = 0; i < len; i++) {
		int high, low;

		if (text[i] != '%') {
			buf_putc(&word, text[i]);
			continue;
		}
		high = i + 2 < len ? digit_of(text[i + 1]) : -1;
		low = high < 0 ? -1 : digit_of(text[i + 2]);
		if (low < 0 || !(high * 16 + low))
			return -EPROTO;
		buf_putc(&word, (char)(high * 16 + low));
		i += 2;
	}
	words_add(words, buf_text(&word));
	return 0;
}

int command_parse(const char *line, struct words *words)
{
	int r = 0;

	while (!r && *line) {
		size_t len = strcspn(line, " ");

		r = len ? parse_word(line, len, words) : -EPROTO;
		line += len;
		if (*line == ' ' && !*++line)
			r = -EPROTO;
	}
	return r;
}
