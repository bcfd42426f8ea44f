/* SPDX-License-Identifier: MIT */
/* What SUBHOST_ETC/vzdaemon.conf says. */
#pragma once

#include <sys/types.h>

#include "model/vzdaemon.h"

struct err;
struct places;

/* Read it into ret, which is {0}; a missing one says what is usual. 0, or
 * negative with ret left alone. */
int settings_read(const struct places *places, struct vzdaemon *ret,
                  struct err *err);

/* The ids of HANDLER_USER: a name of the host's /etc/passwd, or a number. */
int settings_find_user(const char *user, uid_t *ret_uid, gid_t *ret_gid,
                       struct err *err);
