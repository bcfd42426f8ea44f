/* SPDX-License-Identifier: MIT */
/*
 * Who shares what with whom: what casts.ini declares. A peer is a sub host by
 * its name, or "host", which only gives. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PEER_HOST "host"

/* What a cast is narrowed to; 0 is all: read, write, execute. */
#define CAST_RO     1u
#define CAST_NOEXEC 2u

/* A giver grants path to one receiver, to appear at target; or to all
 * (published): receiver and target are NULL then, and the target is the same
 * path unless the receiver chooses another. */
struct offer {
	char *giver, *path, *receiver, *target;
	unsigned mode;
	uint32_t source,
		whom; /* hashes, once it is in a set: see casts_hash() */
};

/* A receiver says yes: path of giver on target. */
struct acceptance {
	char *receiver, *giver, *path, *target;
	unsigned mode;         /* as it was granted then, or narrower */
	uint32_t source, whom; /* as above */
};

/* A receiver says no: to everything (both NULL), to a peer, to a target and
 * what lies below it, to that from a peer. */
struct block {
	char *receiver, *peer, *path;
};

struct casts {
	struct offer *offers;
	size_t n_offers;
	struct acceptance *acceptances; /* in the order they were made */
	size_t n_acceptances;
	struct block *blocks;
	size_t n_blocks;
};

/*
 * Sets are looked through from end to end, thousands of items for thousands of
 * others. So each has hashes of giver and path (source) and of the receiver
 * (whom), to be compared before the strings are. b may be NULL.
 */
uint32_t casts_hash(const char *a, const char *b);

void casts_done(struct casts *c);
void casts_copy(struct casts *to, const struct casts *from); /* to: {0} */

/* Add one; the strings are copied. One with the same peers and paths is
 * replaced. */
void casts_offer(struct casts *c, const struct offer *offer);
void casts_accept(struct casts *c, const struct acceptance *a);
void casts_block(struct casts *c, const struct block *block);

/* The same for one that is known to be new: nothing is compared. */
void casts_add_offer(struct casts *c, const struct offer *offer);
void casts_add_acceptance(struct casts *c, const struct acceptance *a);
void casts_add_block(struct casts *c, const struct block *block);

/* Remove the one at that place of its array. */
void casts_drop_offer(struct casts *c, size_t at);
void casts_drop_acceptance(struct casts *c, size_t at);
void casts_drop_block(struct casts *c, size_t at);

/* Remove all that names peer, as giver or receiver. */
void casts_forget(struct casts *c, const char *peer);

/* All that names peer old names new instead; what becomes the same by that is
 * one. */
void casts_rename(struct casts *c, const char *old, const char *new);

/* Does anything name peer? */
bool casts_mention(const struct casts *c, const char *peer);

/* The grant that an acceptance stands on: one addressed to the receiver with
 * that target, else one addressed to it with another (of several, that whose
 * target sorts first), else a published one; NULL: none. */
const struct offer *casts_grant(const struct casts *c,
                                const struct acceptance *a);

/* The acceptance of receiver on exactly that target, or NULL. */
const struct acceptance *casts_on(const struct casts *c, const char *receiver,
                                  const char *target);

static inline void casts_auto(struct casts *c)
{
	casts_done(c);
}
