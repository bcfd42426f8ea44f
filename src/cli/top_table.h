/* SPDX-License-Identifier: MIT */
/* What top shows, as lines of a width. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cli/top_look.h"

struct buf;

#define TOP_COLUMNS 9

/* How wide each column is; 0: it is left out. */
struct top_layout {
	int width[TOP_COLUMNS];
	bool has_dates; /* since when, with the day */
};

/* Have the columns fit into a width. */
void top_layout(struct top_layout *layout, const struct top_look *look,
                int width);

/* All of it together: lines, none longer than width. */
void top_summary(const struct top_look *look, enum top_key key, int width,
                 struct buf *b);

/* The titles, and a row; without a newline. */
void top_titles(const struct top_layout *layout, struct buf *b);
void top_print(const struct top_row *row, const struct top_layout *layout,
               struct buf *b);
