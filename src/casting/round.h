/* SPDX-License-Identifier: MIT */
/*
 * One piece of work under the lock: whoever takes part in it is opened once,
 * with what hangs there; those in whom something changed get a new page at its
 * end.
 */
#pragma once

#include <stdbool.h>

#include "casting/hanging.h"
#include "casting/peer.h"

struct casting;
struct err;
struct holders;
struct words;

struct member {
	struct peer peer;
	struct hanging
		hanging;   /* empty of the host; of who is not up, the past */
	bool exists;       /* there is a sub host of that name */
	bool is_concerned; /* its page is old, whatever hangs there */
	struct member *next;
};

struct round {
	struct casting *c;
	struct member *members; /* owned */
	struct holders
		*holders; /* learns what is taken off; NULL: nobody asks */
};

void round_done(struct round *r);

/* The member of that name, opened if need be; r keeps it. */
int round_get(struct round *r, const char *name, struct member **ret,
              struct err *err);

/* The names of those with a record: who is up, or was. */
int round_list_names(const struct round *r, struct words *names,
                     struct err *err);

/* Everybody's page is old who has one. */
void round_concern_all(struct round *r);

/* Post the pages that are old, of those who have a board. */
void round_post_pages(struct round *r);

static inline void round_auto(struct round *r)
{
	round_done(r);
}
