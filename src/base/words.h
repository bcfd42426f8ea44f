/* SPDX-License-Identifier: MIT */
/* A list of strings, NULL-terminated once not empty: argv's shape. */
#pragma once

#include <stddef.h>

struct words {
	char **v; /* owned, and each string in it */
	size_t n;
};

void words_done(struct words *w);
void words_add(struct words *w, const char *word); /* copies */

/* Add the words of text, parted by blanks; '…', "…" and \ quote as in a
 * shell, nothing is expanded. Returns 0, or -EINVAL for an open quote. */
int words_split(struct words *w, const char *text);

static inline void words_auto(struct words *w)
{
	words_done(w);
}
