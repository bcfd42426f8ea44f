/* SPDX-License-Identifier: MIT */
/* Which capabilities a guest has. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * The set to keep, a bit for each: in a user namespace of its own or not,
 * with a network namespace of its own or the host's, with MOUNTS=yes or no.
 */
uint64_t powers_kept(bool own_users, bool own_net, bool mounts);
