/* SPDX-License-Identifier: MIT */
/*
 * Rows under titles, each column as wide as what it holds. Where that is more
 * than the terminal has, the columns that are worth least are left out; then
 * the widest is cut short. What goes into a pipe or a file is whole.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/words.h"

#define TABLE_COLUMNS_MAX 12

struct table_column {
	const char *title;
	unsigned worth; /* 0: it is never left out */
	bool is_right;  /* numbers */
	bool is_note;   /* the last one: where it does not fit, it gets lines
	                 * of its own */
};

struct table {
	const struct table_column *columns;
	size_t n;           /* columns */
	struct words cells; /* of all rows, from left to right */
};

/* Add the next cell; text is copied. */
void table_add(struct table *t, const char *text);

/* Print it on standard output, titles first. */
void table_print(const struct table *t);

static inline void table_auto(struct table *t)
{
	words_done(&t->cells);
}
