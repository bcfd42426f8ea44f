/* SPDX-License-Identifier: MIT */
/*
 * Where a sub host is made: $SUBHOST/.NAME.creating, which is no sub host's
 * name, locked by whoever is at work in it. It becomes NAME when it is whole,
 * else it is removed; and if its maker was killed, by the next one who comes.
 */
#pragma once

#include <stdbool.h>

#include "model/name.h"

struct buf;
struct err;
struct places;

struct workshop {
	const struct places *places;
	char name[NAME_BYTES];
	char entry[NAME_BYTES + 16]; /* .NAME.creating */
	char *path;                  /* with that; owned */
	int top_fd;                  /* $SUBHOST */
	int dir_fd;                  /* locked; -1: not open */
	bool made_top;               /* there was no $SUBHOST */
};

#define WORKSHOP_NONE                                                          \
	{                                                                      \
		.top_fd = -1, .dir_fd = -1                                     \
	}

/* Remove it, unless it was finished. */
void workshop_done(struct workshop *w);

/* NAME has to be valid and free: nobody else makes it meanwhile. */
int workshop_open(struct workshop *w, const struct places *places,
                  const char *name, struct err *err);

/* It is whole: from now on it is NAME, and the lock is that of a sub host. */
int workshop_finish(struct workshop *w, struct err *err);

/* Let NAME, locked by dir_fd, be no sub host any more, and remove it. */
int workshop_demolish(const struct places *places, const char *name,
                      struct err *err);

/* Remove what killed ones have left, and tell of it, a line each. *ret_name
 * (or NULL) says whether name was among it. */
void workshop_sweep(const struct places *places, const char *name,
                    bool *ret_name, struct buf *notes);

static inline void workshop_auto(struct workshop *w)
{
	workshop_done(w);
}
