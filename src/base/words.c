/* SPDX-License-Identifier: MIT */

#include "base/words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/mem.h"

void words_done(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i]);
	free(w->v);
	*w = (struct words){0};
}

static void add_owned(struct words *w, char *word)
{
	w->v = mem_resize(w->v, w->n + 2, sizeof(*w->v));
	w->v[w->n++] = word;
	w->v[w->n] = NULL;
}

void words_add(struct words *w, const char *word)
{
	add_owned(w, mem_copy(word));
}

/* Does a backslash quote this byte? Within "…", a shell knows but a few. */
static bool is_quoted(char c, char quote)
{
	return c && (!quote || strchr("$`\"\\\n", c));
}

/* Take one word off *text, quotes resolved; -EINVAL when one stays open. */
static int next_word(const char **text, struct buf *word)
{
	char quote = 0;
	const char *p;

	for (p = *text; *p && (quote || !strchr(" \t\n", *p)); p++) {
		if (*p == quote) {
			quote = 0;
		} else if (!quote && (*p == '\'' || *p == '"')) {
			quote = *p;
		} else if (*p == '\\' && quote != '\'' &&
		           is_quoted(p[1], quote)) {
			if (*++p != '\n')
				buf_putc(word, *p);
		} else {
			buf_putc(word, *p);
		}
	}
	*text = p;
	return quote ? -EINVAL : 0;
}

/* A quoted line end is none. */
static const char *skip_blanks(const char *text)
{
	while ((*text && strchr(" \t\n", *text)) || !strncmp(text, "\\\n", 2))
		text += *text == '\\' ? 2 : 1;
	return text;
}

int words_split(struct words *w, const char *text)
{
	for (;;) {
		AUTO(buf) struct buf word = {0};

		text = skip_blanks(text);
		if (!*text)
			return 0;
		if (next_word(&text, &word) < 0)
			return -EINVAL;
		add_owned(w, buf_take(&word));
	}
}
