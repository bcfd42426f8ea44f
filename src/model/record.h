/* SPDX-License-Identifier: MIT */
/*
 * What we remember of a sub host that is up: which of the things that the
 * kernel shows are ours. A cache, as text of lines KEY=VALUE; the kernel is
 * the truth. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/cable.h"

struct buf;

#define RECORD_MAX       (1 << 20) /* bytes of its text */
#define RECORD_TMPFS_MAX 16        /* TMPFS mounts that we keep count of */

struct record_tmpfs {
	uint64_t id; /* of the mount */
	char *path;  /* in the guest; owned */
};

struct record {
	char *boot;      /* the kernel's boot id when it was made */
	char *kept;      /* what of config only takes effect after a stop: one
	                  * line, nothing in it needs escaping */
	char *post_stop; /* POST_STOP, as it was at the start; or NULL */
	char *cables;    /* as they were declared, one line; or NULL */
	uint64_t base;   /* the host id of guest id 0; 0: no user namespace */
	uint64_t since;  /* of the present state, seconds since 1970 */
	uint64_t live;   /* mount ids; 0: none */
	uint64_t image;
	uint64_t net_dev, net_inode; /* of the network namespace; 0: none */
	uint64_t init;               /* pid on the host; 0: hibernated */
	uint64_t birth;              /* of init, in clock ticks after boot */
	uint64_t mounts;             /* 1: MOUNTS=yes */
	uint64_t shares;             /* 1: casts may come and go */
	uint64_t stop_signal, stop_timeout; /* how init is asked to end */
	/* The subhost whose child init is: in the foreground, or, when it is
	 * detached, its supervisor, which may outlive init to start it again.
	 */
	uint64_t keeper;       /* its pid; 0: there is none any more */
	uint64_t keeper_birth; /* in clock ticks after boot */
	uint64_t detached;
	uint64_t console; /* 1: its reaper keeps the console's other end */
	uint64_t restart, restart_delay, log_max; /* as declared at its start */
	char *command; /* as model/command has it; NULL: INIT */
	char *notify;  /* its NOTIFY_SOCKET; NULL: none */
	/* How init is confined, and so whoever joins it. */
	uint64_t capabilities; /* those it keeps, a bit each */
	uint64_t no_new_privs; /* 1: NO_NEW_PRIVS=yes */
	char *seccomp;         /* SECCOMP; NULL: unknown */
	uint64_t filter;       /* a hash of what a profile of it was then */
	/* The host's ends of its cables, by number: indexes of links. */
	uint64_t links[CABLES_MAX];
	size_t n_links;
	struct record_tmpfs tmpfs[RECORD_TMPFS_MAX]; /* id 0 ends them */
};

void record_done(struct record *r);

/* Note a mount; -E2BIG past RECORD_TMPFS_MAX. */
int record_add_tmpfs(struct record *r, uint64_t id, const char *path);
void record_clear_tmpfs(struct record *r);

/* Append the text of r. */
void record_print(const struct record *r, struct buf *b);

/* Read what record_print() wrote: 0, or -EPROTO for anything else (r is empty
 * then). Unknown keys are left out: a newer version's. */
int record_parse(struct record *r, const char *text);

static inline void record_auto(struct record *r)
{
	record_done(r);
}
