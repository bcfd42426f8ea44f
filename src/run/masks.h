/* SPDX-License-Identifier: MIT */
/*
 * What of /proc and /sys is kept from a guest with MOUNTS=no: masked by an
 * empty file or directory of our own, or read-only. With MOUNTS=yes the guest
 * owns its mount namespace, and no mask would hold.
 */
#pragma once

#include <stdbool.h>

/*
 * Make the empty ones, on a tmpfs that is attached on the directory point:
 * before Linux 6.15 only what is attached can be copied. Leave it below what
 * goes away. Returns a descriptor of it (the caller's) or -errno.
 */
int masks_make(const char *point);

/*
 * Attach copies of them, and what is read-only, below live_fd, whose /proc and
 * /sys are fresh. own_users: the guest has a user namespace, own_net: a network
 * namespace. 0 or -errno.
 */
int masks_attach(int mask_fd, int live_fd, bool own_users, bool own_net);
