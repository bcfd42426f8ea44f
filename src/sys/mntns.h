/* SPDX-License-Identifier: MIT */
/*
 * The launcher: a mount namespace with next to nothing in it, which every
 * start copies instead of the host's. A start then costs the same however many
 * mounts the host has.
 */
#pragma once

/* A directory in it to attach a root on; it also has /proc and /sys. */
#define MNTNS_POINT "/live"

/*
 * Enter a new mount namespace and, in it, an empty tmpfs that covers all of the
 * host's tree: the working directory from now on, "/" is still the host's. For
 * a process that is to end or to pivot soon. 0 or -errno.
 */
int mntns_enter_empty(void);

/* Make one, on that processor (-1: on any): a descriptor of the namespace or
 * -errno. */
int mntns_make_tiny(int cpu);

/*
 * Pin a mount namespace as dir_fd/name: 0, -EEXIST or -errno. -EINVAL when
 * the caller's own counts as the younger one: a namespace can only be pinned
 * in an older one, and kernels that number them in batches for each processor
 * (6.18) only know their order among those made on the same.
 */
int mntns_pin(int mntns_fd, int dir_fd, const char *name);

/* Open what is pinned: a descriptor, or -ENOENT. */
int mntns_open(int dir_fd, const char *name);

/* Give it up: 0, also when there was none, or -errno. */
int mntns_unpin(int dir_fd, const char *name);
