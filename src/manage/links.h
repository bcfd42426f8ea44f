/* SPDX-License-Identifier: MIT */
/* Which files of a tree with more than one name were met, and where. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct links {
	struct link_seen {
		uint64_t ino;
		char *path; /* owned; NULL: a free slot */
	} * slots;
	size_t n, size; /* of it; 0 or a power of two */
};

void links_done(struct links *l);

/* Where it was met first, or NULL: then path is noted. */
const char *links_meet(struct links *l, uint64_t ino, const char *path);

static inline void links_auto(struct links *l)
{
	links_done(l);
}
