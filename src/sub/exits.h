/* SPDX-License-Identifier: MIT */
/* How sub hosts ended last: SUBHOST_STATE/exits/NAME, one line. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct ending;
struct places;

#define EXITS_FOLDER "exits" /* in SUBHOST_STATE */

struct exited {
	uint64_t at;      /* s since 1970; 0: never */
	uint64_t seconds; /* that it ran */
	bool is_known;    /* how: */
	bool by_signal;
	unsigned number; /* its exit status, or the signal */
};

/* Write it down. 0 or -errno. */
int exits_note(const struct places *places, const char *name,
               const struct exited *e);

/* Read it: 0, or -ENOENT and the like, with *ret left alone. */
int exits_recall(const struct places *places, const char *name,
                 struct exited *ret);
