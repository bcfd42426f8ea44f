/* SPDX-License-Identifier: MIT */
/* A guest's /dev, made by the host where the guest cannot meddle, and the
 * launcher that every start sets out from. */
#pragma once

#include <sys/types.h>

struct err;

#define DEVICES_TTY_GID 5 /* the group tty, in every Debian */

/* A detached /dev with its nodes and links, and a detached devpts for it;
 * guest root is host id base. Both are the caller's. */
int devices_make(uid_t base, int *ret_dev_fd, int *ret_pts_fd, struct err *err);
