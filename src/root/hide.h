/* SPDX-License-Identifier: MIT */
/*
 * A layer that hides parts of the host from those who have "/" as their base:
 * whiteouts on a small tmpfs that lies above it in the overlay.
 */
#pragma once

#include <sys/types.h>

#include "base/words.h"

struct err;
struct places;

/*
 * Make it: a detached, read-only mount, the caller's. Hidden are our own
 * places, the homes, the host's password hashes and keys, and what more names
 * (absolute paths). It is made anew at each start, for what there is then;
 * names of secrets that may appear later are hidden too. Its ids are those of
 * the range at base already: it is not to be idmapped.
 */
int hide_make(const struct places *places, const struct words *more, uid_t base,
              int *ret_fd, struct err *err);
