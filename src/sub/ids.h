/* SPDX-License-Identifier: MIT */
/* Which ids of the host a sub host's users are. */
#pragma once

#include <sys/types.h>

#include "model/declaration.h"

struct err;
struct places;
struct sub;

/*
 * *ret_base is the host id of guest id 0: UID_BASE of vzdaemon.conf (524288)
 * for a shared one, a range of its own, remembered in SUBHOST_STATE, for an
 * isolated one, 0 (no user namespace) for PRIVATE_USERS=no.
 */
int ids_choose(const struct sub *s, enum users users, uid_t *ret_base,
               struct err *err);

/* The range that old has is new's from now on; nobody's with new NULL. 0, also
 * when it has none. */
int ids_move(const struct places *places, const char *old, const char *new,
             struct err *err);
