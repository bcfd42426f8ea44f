/* SPDX-License-Identifier: MIT */

#include "manage/links.h"

#include <stdlib.h>

#include "base/mem.h"

#define SIZE_FIRST 64

void links_done(struct links *l)
{
	for (size_t i = 0; i < l->size; i++)
		free(l->slots[i].path);
	free(l->slots);
	*l = (struct links){0};
}

/* Where ino is, or would be. */
static struct link_seen *find(const struct links *l, uint64_t ino)
{
	/* Fibonacci hashing: inodes come in a row. */
	size_t at = (size_t)(ino * 0x9e3779b97f4a7c15ull >> 20);

	for (;; at++) {
		struct link_seen *slot = &l->slots[at & (l->size - 1)];

		if (!slot->path || slot->ino == ino)
			return slot;
	}
}

static void grow(struct links *l)
{
	struct links bigger = {.n = l->n,
	                       .size = l->size ? 2 * l->size : SIZE_FIRST};

	bigger.slots = mem_new0(bigger.size * sizeof(*bigger.slots));
	for (size_t i = 0; i < l->size; i++)
		if (l->slots[i].path)
			*find(&bigger, l->slots[i].ino) = l->slots[i];
	free(l->slots);
	*l = bigger;
}

const char *links_meet(struct links *l, uint64_t ino, const char *path)
{
	struct link_seen *slot;

	if (2 * l->n >= l->size)
		grow(l);
	slot = find(l, ino);
	if (slot->path)
		return slot->path;
	*slot = (struct link_seen){.ino = ino, .path = mem_copy(path)};
	l->n++;
	return NULL;
}
