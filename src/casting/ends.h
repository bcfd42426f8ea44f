/* SPDX-License-Identifier: MIT */
/* The two ends of a cast, as the filesystem has them now: resolved inside each
 * one's own root, held by descriptor. */
#pragma once

#include <sys/types.h>

#include "base/buf.h"
#include "cast/plan.h"

struct err;
struct hanging;
struct peer;

struct end_found {
	enum end kind;
	int fd; /* O_PATH; -1 unless it is a directory or a file */
	dev_t dev;
	ino_t ino;
	struct buf place;      /* in its root, without symlinks */
	struct buf why;        /* it is unfit, as a clause; "" else */
	const struct peer *of; /* of a source: whose */
	bool in_cast; /* of a target: what hangs there is another cast */
};

#define END_NONE                                                               \
	{                                                                      \
		.fd = -1                                                       \
	}

void end_done(struct end_found *e);

/*
 * Look at path of giver, who is up. What a guest may not pass on is unfit: what
 * it received itself, places that are the host's in it, its whole root. Of the
 * host: our own places, what lies below them or above, filesystems that are the
 * kernel's, and any way over a symlink.
 */
int end_find_source(struct end_found *e, const struct peer *giver,
                    const struct hanging *received, const char *path);

/* Look at target of a receiver; what hangs there already for this very target
 * is as good as what lies beneath. */
int end_find_target(struct end_found *e, const struct hanging *in,
                    const char *target);

/* Make a target that is missing, and what leads there, as the guest: a
 * directory, or an empty file. */
int end_make_target(const struct peer *receiver, const char *target,
                    bool is_dir, struct err *err);

/* Does it lie on a tmpfs of ours, where the guest had no time to make it? */
bool end_is_on_tmpfs(const struct peer *receiver, const char *target);

static inline void end_found_auto(struct end_found *e)
{
	end_done(e);
}
