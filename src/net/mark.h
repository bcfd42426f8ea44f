/* SPDX-License-Identifier: MIT */
/*
 * What the alias of a bridge of ours says: "subhost-bridge", with the tag of
 * an instance that is not the usual one, then words: "nat", "forward4",
 * "forward6", and "4:WHAT", "6:WHAT" for what switching forwarding off again
 * would lose. Pure.
 */
#pragma once

#include <stdbool.h>

#include "base/words.h"

struct buf;

#define BRIDGE_NAME 16 /* bytes with the NUL: the kernel's IFNAMSIZ */

enum family { FAMILY_IPV4, FAMILY_IPV6, FAMILIES };

struct mark {
	enum owner {
		OWNER_FOREIGN,
		OWNER_US,
		OWNER_INSTANCE, /* of ours, but another one */
	} owner;
	bool has_nat;
	bool forwards[FAMILIES];     /* forwarding was switched on for it */
	struct words kept[FAMILIES]; /* see net/forward.h */
};

void mark_done(struct mark *m);
void mark_copy(const struct mark *from, struct mark *ret);

/* Read an alias; tag is this instance's, see places_tag(). What is no word of
 * ours is left aside. */
void mark_read(struct mark *m, const char *alias, const char *tag);

/* The alias of a bridge of this instance, append. */
void mark_print(const struct mark *m, const char *tag, struct buf *b);

/* Why name is none that a bridge of ours can have, as a clause; NULL: it is.
 * It is also a part of nft(8) commands and of paths below /proc/sys. */
const char *bridge_name_fault(const char *name);

static inline void mark_auto(struct mark *m)
{
	mark_done(m);
}
