/* SPDX-License-Identifier: MIT */
/* A typed value as the text that would declare it; "" where it is left open. */
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/words.h"
#include "model/declaration.h"
#include "model/signal.h"
#include "model/value.h"

/* Quoted where a shell would take it apart. */
static void print_word(struct buf *b, const char *word)
{
	if (*word && !strpbrk(word, " \t\n'\"\\")) {
		buf_puts(b, word);
		return;
	}
	buf_putc(b, '"');
	for (; *word; word++) {
		if (strchr("\"\\", *word))
			buf_putc(b, '\\');
		buf_putc(b, *word);
	}
	buf_putc(b, '"');
}

void value_print_words(struct buf *b, const void *field)
{
	const struct words *words = field;

	for (size_t i = 0; i < words->n; i++) {
		if (i)
			buf_putc(b, ' ');
		print_word(b, words->v[i]);
	}
}

void value_print_text(struct buf *b, const void *field)
{
	const char *text = *(char *const *)field;

	buf_puts(b, text ? text : "");
}

void value_print_unsigned(struct buf *b, const void *field)
{
	buf_printf(b, "%u", *(const unsigned *)field);
}

const char *users_name(enum users users)
{
	static const char *const names[] = {
		[USERS_SHARED] = "shared",
		[USERS_ISOLATED] = "isolated",
		[USERS_NO] = "no",
	};

	return names[users];
}

void value_print_users(struct buf *b, const void *field)
{
	buf_puts(b, users_name(*(const enum users *)field));
}

void value_print_yes(struct buf *b, const void *field)
{
	buf_puts(b, *(const bool *)field ? "yes" : "no");
}

void value_print_network(struct buf *b, const void *field)
{
	buf_puts(b, *(const bool *)field ? "host" : "private");
}

void value_print_answer(struct buf *b, const void *field)
{
	static const char *const texts[] = {
		[ANSWER_AUTO] = "",
		[ANSWER_NO] = "no",
		[ANSWER_YES] = "yes",
	};

	buf_puts(b, texts[*(const enum answer *)field]);
}

void value_print_signal(struct buf *b, const void *field)
{
	int number = *(const int *)field;

	if (number)
		signal_print(b, number);
}
