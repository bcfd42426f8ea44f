/* SPDX-License-Identifier: MIT */
/* A guest's /etc/passwd and /etc/group, read without its libraries. Pure. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#define PASSWD_GROUPS_MAX 64
#define PASSWD_HOME_MAX   256

struct passwd {
	uid_t uid;
	gid_t gid;
	char home[PASSWD_HOME_MAX];
	gid_t groups[PASSWD_GROUPS_MAX];
	size_t n_groups;
};

/*
 * Find user, a name or a number, in the texts of both files. A number that no
 * line has stands for itself, with the same gid and home "/". 0, or -ENOENT
 * for a name that is not there.
 */
int passwd_find(const char *users, const char *groups, const char *user,
                struct passwd *ret_passwd);
