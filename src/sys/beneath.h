/* SPDX-License-Identifier: MIT */
/*
 * The one resolver of paths in a guest's tree: nothing that the guest wrote
 * there leads out of it (openat2, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS).
 */
#pragma once

#include <stdbool.h>

/*
 * Open path (absolute or not) below root_fd as an O_PATH descriptor; with
 * follow, symlinks are taken as a process chrooted there would take them,
 * else any is refused with -ELOOP. Returns a descriptor or -errno.
 */
int beneath_open(int root_fd, const char *path, bool follow);

/* The same, opened with flags (O_RDONLY…). */
int beneath_open_flags(int root_fd, const char *path, bool follow, int flags);
