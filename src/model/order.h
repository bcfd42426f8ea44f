/* SPDX-License-Identifier: MIT */
/* Who is started before whom: AFTER. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

/* One to be ordered, and those it comes after, by their places in the list. */
struct order_node {
	const char *name;
	size_t *after; /* owned */
	size_t n_after;
};

struct order {
	struct order_node *v;
	size_t n;
};

void order_done(struct order *o);

/* Add one: its place. The name has to live as long. */
size_t order_add(struct order *o, const char *name);

/* The place of that name, or o->n. */
size_t order_find(const struct order *o, const char *name);

/* One comes after the other; once is enough. */
void order_put_after(struct order *o, size_t one, size_t other);

/* 0, or -ELOOP with "a after b after a": nothing could start. */
int order_check(const struct order *o, struct err *err);

/* May the one at that place start: is all that it comes after done? */
bool order_is_ready(const struct order *o, size_t at, const bool *done);

static inline void order_auto(struct order *o)
{
	order_done(o);
}
