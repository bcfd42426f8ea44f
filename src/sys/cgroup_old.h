/* SPDX-License-Identifier: MIT */
/* The cgroups of version 1 that one sub host has, in the hierarchies where it
 * needs some: a name below a parent, the same in each. 0 or -errno. */
#pragma once

#include <stdbool.h>

struct buf;

enum cgroup_controller {
	CGROUP_PIDS,
	CGROUP_MEMORY,
	CGROUP_CPU,
	CGROUP_BLKIO,
	CGROUP_DEVICES,
	CGROUP_FREEZER,
	/* What nothing is limited by. */
	CGROUP_CPUSET,
	CGROUP_CPUACCT,
	CGROUP_NET_CLS,
	CGROUP_NET_PRIO,
	CGROUP_PERF_EVENT,
	CGROUP_HUGETLB,
	CGROUP_RDMA,
	CGROUP_MISC,
	/* Of no controller: an init system's own. */
	CGROUP_SYSTEMD,
	CGROUP_ELOGIND,
	CGROUP_OPENRC,
	CGROUP_CONTROLLERS
};

struct cgroup_old {
	int fd[CGROUP_CONTROLLERS]; /* owned; -1: none */
};

#define CGROUP_OLD_NONE                                                        \
	{                                                                      \
		.fd = { [0 ... CGROUP_CONTROLLERS - 1] = -1 }                  \
	}

void cgroup_old_done(struct cgroup_old *old);

/* Where they lie; what is made carries the mark. */
struct cgroup_place {
	const char *parent, *name, *mark;
};

/* Which one that name is ("blkio"); CGROUP_CONTROLLERS: none of them. */
enum cgroup_controller cgroup_old_named(const char *controller);

/* Make the one of that controller, unless it was made: -ENOENT when this
 * hierarchy is not mounted. What an earlier life left there is removed. */
int cgroup_old_make(struct cgroup_old *old, const struct cgroup_place *place,
                    enum cgroup_controller controller);

/* Make those that are not there yet, of every hierarchy that is mounted. The
 * names of others that this host has are appended to missing. */
int cgroup_old_make_all(struct cgroup_old *old,
                        const struct cgroup_place *place, struct buf *missing);

/* Take one away again that nothing lives in. */
void cgroup_old_unmake(struct cgroup_old *old, const struct cgroup_place *place,
                       enum cgroup_controller controller);

/* Open those that are there; or that of one controller. */
int cgroup_old_open(struct cgroup_old *old, const struct cgroup_place *place);
int cgroup_old_open_one(struct cgroup_old *old,
                        const struct cgroup_place *place,
                        enum cgroup_controller controller);

/* Move the calling thread into all of them; it must be the only one. */
int cgroup_old_join(const struct cgroup_old *old);

/* Remove those that are there; they are empty. */
int cgroup_old_remove(const struct cgroup_place *place);

/* The freezer, where no unified hierarchy has one. */
int cgroup_old_freeze(const struct cgroup_old *old, bool frozen);
int cgroup_old_is_frozen(const struct cgroup_old *old); /* 1, 0 or -errno */

static inline void cgroup_old_auto(struct cgroup_old *old)
{
	cgroup_old_done(old);
}
