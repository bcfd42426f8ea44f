/* SPDX-License-Identifier: MIT */
/* Making one target of one receiver what consent says: looked at, planned
 * (cast/plan), carried out. Twice changes nothing. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"

struct err;
struct member;
struct round;

struct outcome {
	bool is_active;
	bool is_waiting; /* accepted, and not active: the reason says why */
	bool may_come;   /* it waits for others alone: for its source */
	unsigned mode;
	struct buf reason;
};

static inline void outcome_done(struct outcome *o)
{
	buf_done(&o->reason);
}

/*
 * Of one target. ret is {0}. Negative: it could not be done, and
 * nothing of ours hangs there.
 */
int tend_target(struct round *r, struct member *receiver, const char *target,
                struct outcome *ret, struct err *err);

/* All that name receives and gives. The first failure is told; the others are
 * tended all the same. */
int tend_name(struct round *r, const char *name, struct err *err);

/* Only what it receives, and only what it gives. */
int tend_received(struct round *r, const char *name, struct err *err);
int tend_given(struct round *r, const char *name, struct err *err);

static inline void outcome_auto(struct outcome *o)
{
	outcome_done(o);
}
