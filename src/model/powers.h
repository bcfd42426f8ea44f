/* SPDX-License-Identifier: MIT */
/* Which capabilities a guest has. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* What CAPS changes in the set of a mode, a bit for each capability. */
struct powers {
	uint64_t added, removed;
};

/*
 * The set to keep: in a user namespace of its own or not, with a network
 * namespace of its own or the host's, with MOUNTS=yes or no; then changed.
 */
uint64_t powers_kept(bool own_users, bool own_net, bool mounts,
                     const struct powers *changes);

/* Do they let a guest with MOUNTS=no take back what is taken from it? */
bool powers_lift_limits(const struct powers *changes, bool mounts);

/* The number of the capability called name, with or without CAP_, in any case;
 * -1: there is none. */
int powers_find(const char *name);

/* The name of a capability that was probably meant, or NULL. */
const char *powers_find_meant(const char *name);

/* One more word of CAPS, +NAME or -NAME: 0; -EINVAL when it begins with
 * neither, -ENOENT when there is no such capability. */
int powers_change(struct powers *changes, const char *word);

/* The changes as such words, in the kernel's order. */
void powers_print(struct buf *b, const struct powers *changes);
