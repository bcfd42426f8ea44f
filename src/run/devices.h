/* SPDX-License-Identifier: MIT */
/* A guest's /dev, made by the host where the guest cannot meddle, and the
 * launcher that every start sets out from. */
#pragma once

#include <sys/types.h>

struct device_list;
struct err;

#define DEVICES_TTY_GID 5 /* the group tty, in every Debian */

/* A detached /dev with its nodes, those of more, and links, and a detached
 * devpts for it; guest root is host id base. Both are the caller's. */
int devices_make(uid_t base, const struct device_list *more, int *ret_dev_fd,
                 int *ret_pts_fd, struct err *err);

/* Make those in the /dev of a running guest, found by its init; only for one
 * that cannot mount anything there. */
int devices_give(int init_fd, uid_t base, const struct device_list *more,
                 struct err *err);

/* In a directory that is /dev: make the nodes of more that are missing, as
 * their owner, who makes them; -EEXIST where another thing has such a name. 0
 * or -errno. */
int devices_add(int dev_fd, const struct device_list *more);
