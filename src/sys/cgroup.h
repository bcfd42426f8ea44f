/* SPDX-License-Identifier: MIT */
/*
 * Cgroups: of the unified hierarchy (v2), wherever it is mounted, and of the
 * hierarchies that a controller has of its own beside it (v1). A cgroup is
 * made fresh for every start: one that was killed once may kill its next
 * child at birth (Linux 6.14 to 7.2). 0 or -errno.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* The root of the unified hierarchy: a descriptor, -ENOENT where none is
 * mounted at /sys/fs/cgroup or /sys/fs/cgroup/unified. */
int cgroup_open_root(void);

/* The root of the hierarchy that has that controller alone, of version 1: a
 * descriptor, or -ENOENT. */
int cgroup_open_controller(const char *controller);

/* Have a controller of the unified hierarchy count and limit in the cgroups
 * below parent: 0, or -errno where it is not the unified hierarchy's. It stays
 * enabled at the root. */
int cgroup_enable(int root_fd, const char *parent, const char *controller);

/* Make parent/name below root_fd, marked: a descriptor of it, or -EEXIST. */
int cgroup_make(int root_fd, const char *parent, const char *name,
                const char *mark);

/* Open parent/name: a descriptor or -errno. */
int cgroup_open(int root_fd, const char *parent, const char *name);

/* Open the cgroup that a process is in, below the one that cgroup_fd is, whose
 * place is PARENT/NAME: a descriptor, or -ENOENT when it is in none. */
int cgroup_open_of(int cgroup_fd, const char *place, int pid);

/* Does the cgroup carry that mark? */
bool cgroup_is_marked(int cgroup_fd, const char *mark);

/* Does anything live in it or below? 1, 0 or -errno. */
int cgroup_is_populated(int cgroup_fd);

/* Kill whatever lives in it or below, and wait until it is empty. */
int cgroup_kill(int cgroup_fd);

/* Stop its processes' clocks, or let them go on, and wait until it is so; where
 * some cannot be stopped, none are. */
int cgroup_freeze(int cgroup_fd, bool frozen);
int cgroup_is_frozen(int cgroup_fd); /* 1, 0 or -errno */

/* Move all that lives in one and below to another, of another hierarchy. They
 * must not make new ones meanwhile. */
int cgroup_move_all(int from_fd, int to_fd);

/* How many processes live in it and below. */
int cgroup_count(int cgroup_fd, size_t *ret_count);

/* Append the pids of what lives in it and below, a line each. */
int cgroup_list(int cgroup_fd, struct buf *pids);

/* A number out of one of its files, e.g. "memory.current". */
int cgroup_number(int cgroup_fd, const char *file, uint64_t *ret_number);

/* Hand the making of cgroups below it to uid; not too deep, though. */
int cgroup_delegate(int cgroup_fd, unsigned uid);

/* Remove parent if it is there and empty. */
void cgroup_remove_parent(int root_fd, const char *parent);

/* Remove it and all that was made below, then parent if that is empty. */
int cgroup_remove(int root_fd, const char *parent, const char *name);
