/* SPDX-License-Identifier: MIT */
/*
 * Cgroups of the unified hierarchy (v2), wherever it is mounted. A cgroup is
 * made fresh for every start: one that was killed once may kill its next
 * child at birth (Linux 6.14 to 7.2). 0 or -errno.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The root of the unified hierarchy: a descriptor, -ENOENT where none is
 * mounted at /sys/fs/cgroup or /sys/fs/cgroup/unified. */
int cgroup_open_root(void);

/* Make parent/name below root_fd, marked: a descriptor of it, or -EEXIST. */
int cgroup_make(int root_fd, const char *parent, const char *name,
                const char *mark);

/* Open parent/name: a descriptor or -errno. */
int cgroup_open(int root_fd, const char *parent, const char *name);

/* Does the cgroup carry that mark? */
bool cgroup_is_marked(int cgroup_fd, const char *mark);

/* Does anything live in it or below? 1, 0 or -errno. */
int cgroup_is_populated(int cgroup_fd);

/* Kill whatever lives in it or below, and wait until it is empty. */
int cgroup_kill(int cgroup_fd);

/* How many processes live in it and below. */
int cgroup_count(int cgroup_fd, size_t *ret_count);

/* A number out of one of its files, e.g. "memory.current". */
int cgroup_number(int cgroup_fd, const char *file, uint64_t *ret_number);

/* Hand the making of cgroups below it to uid; not too deep, though. */
int cgroup_delegate(int cgroup_fd, unsigned uid);

/* Remove parent if it is there and empty. */
void cgroup_remove_parent(int root_fd, const char *parent);

/* Remove it and all that was made below, then parent if that is empty. */
int cgroup_remove(int root_fd, const char *parent, const char *name);
