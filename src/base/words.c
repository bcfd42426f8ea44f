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
		} else if (*p == '\\' && quote != '\'' && p[1]) {
			buf_putc(word, *++p);
		} else {
			buf_putc(word, *p);
		}
	}
	*text = p;
	return quote ? -EINVAL : 0;
}

int words_split(struct words *w, const char *text)
{
	for (;;) {
		AUTO(buf) struct buf word = {0};

		text += strspn(text, " \t\n");
		if (!*text)
			return 0;
		if (next_word(&text, &word) < 0)
			return -EINVAL;
		add_owned(w, buf_take(&word));
	}
}
