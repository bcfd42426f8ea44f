/* SPDX-License-Identifier: MIT */
/* All casts of this host, as showcast shows them: each at its receiver. */
#pragma once

#include <stddef.h>

#include "cast/page.h"

struct context;
struct err;

struct shown {
	struct shown_row {
		char *receiver; /* owned; "*" of what is published */
		struct page_item item;
	} * v;
	size_t n;
};

void shown_done(struct shown *s);

/* Those of name (NULL: of everybody), also what is not active. */
int shown_collect(struct shown *s, const struct context *c, const char *name,
                  struct err *err);

/* Who sees what of whom, in the language of Graphviz. */
void shown_graph(const struct shown *s, struct buf *b);

static inline void shown_auto(struct shown *s)
{
	shown_done(s);
}
