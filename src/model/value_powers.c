/* SPDX-License-Identifier: MIT */
/* The value of CAPS. */
#include <errno.h>
#include <stdio.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/words.h"
#include "model/powers.h"
#include "model/value.h"

static int refuse_unknown(const struct value *v, const char *word)
{
	const char *meant = powers_find_meant(word + 1);
	char clause[96] = "which is no capability, see capabilities(7)";

	if (meant)
		snprintf(clause, sizeof(clause),
		         "which is no capability; did you mean %c%s?", *word,
		         meant);
	return value_refuse_text(v, word, clause);
}

/* A bare name might be meant as the whole set, or as one more. */
static int refuse_bare(const struct value *v, const char *word)
{
	char clause[128] = "+NAME or -NAME is needed";
	int found = powers_find(word);

	if (found >= 0)
		snprintf(clause, sizeof(clause),
		         "+%.32s to add it or -%.32s to take it away is needed",
		         word, word);
	return value_refuse_text(v, word, clause);
}

int value_read_powers(const struct value *v, void *field)
{
	AUTO(words) struct words list = {0};
	struct powers changes = {0};

	value_take_list(v, &list);
	for (size_t i = 0; i < list.n; i++) {
		int r = powers_change(&changes, list.v[i]);

		if (r == -EINVAL)
			return refuse_bare(v, list.v[i]);
		if (r < 0)
			return refuse_unknown(v, list.v[i]);
	}
	*(struct powers *)field = changes;
	return 0;
}

void value_print_powers(struct buf *b, const void *field)
{
	powers_print(b, field);
}
