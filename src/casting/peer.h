/* SPDX-License-Identifier: MIT */
/*
 * One end of a cast, opened: a sub host that is up and shares, or the host.
 * Nobody keeps one for longer than a piece of work: an open live keeps its
 * filesystem from ending.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/record.h"
#include "sub/sub.h"

struct err;
struct places;

struct peer {
	struct sub sub; /* its directory and names; no lock */
	struct record record;
	bool is_host;
	bool is_up;  /* its live is mounted, and it shares */
	int root_fd; /* live, or "/" of the host; -1 */
	int seen_fd; /* the root that its init sees; -1 when none runs */
};

#define PEER_NONE                                                              \
	{                                                                      \
		.sub = SUB_NONE, .root_fd = -1, .seen_fd = -1                  \
	}

void peer_done(struct peer *p);

/*
 * Open NAME, or "host". 0, also when it is not up (is_up is false then);
 * -ENOENT, told with a near name, when there is no such sub host.
 */
int peer_open(struct peer *p, const struct places *places, const char *name,
              struct err *err);

/* Whatever uses its user ids: a descriptor of a user namespace with its map
 * (the caller's), or -errno; -ENODATA where it has none (the host's ids). */
int peer_open_userns(const struct peer *p);

static inline void peer_auto(struct peer *p)
{
	peer_done(p);
}
