/* SPDX-License-Identifier: MIT */
/* May that be? The one door of every cast. Pure. */
#pragma once

#include <stdbool.h>

struct acceptance;
struct block;
struct buf;
struct casts;
struct offer;

enum verdict {
	VERDICT_ALLOWED,
	VERDICT_NOT_GRANTED,     /* nobody offers it, or no longer */
	VERDICT_BLOCKED,         /* by a block that is as specific */
	VERDICT_OWN,             /* giver and receiver are one */
	VERDICT_RESERVED_TARGET, /* path_is_reserved() */
	VERDICT_RESERVED_SOURCE, /* of a guest; of the host only "/" here */
	VERDICT_IN_THE_WAY, /* an earlier acceptance that may be mounted has a
	                     * target below, above or equal */
};

struct judgement {
	enum verdict verdict;
	unsigned mode;                  /* when allowed: the narrower of both */
	const struct offer *grant;      /* it stands on, or NULL */
	const struct block *block;      /* that refuses it, or NULL */
	const struct acceptance *other; /* in the way, or NULL */
};

/*
 * May acceptance a, one of c's, be mounted? Pointers of the judgement are into
 * c. A block for a peer and a path beats the acceptance when its path is the
 * target; any less specific one does not.
 */
void policy_judge(const struct casts *c, const struct acceptance *a,
                  struct judgement *ret);

/* The same as a yes or no. */
bool policy_allows(const struct casts *c, const struct acceptance *a,
                   unsigned *ret_mode);

/* The block of receiver that covers what giver would put on target, the most
 * specific one; NULL: none. A new acceptance of that is refused. */
const struct block *policy_blocked(const struct casts *c, const char *receiver,
                                   const char *giver, const char *target);

/* May no cast come from that path of giver, whatever is offered? */
bool policy_reserves_source(const char *giver, const char *path);

/* The judgement as a clause, for people: "104 does not offer it". */
void policy_explain(const struct judgement *j, const struct acceptance *a,
                    struct buf *b);

/* A block as casts.ini has it: "All", "104", "/tmp", "104:/tmp". */
void policy_print_block(const struct block *block, struct buf *b);
