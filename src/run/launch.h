/* SPDX-License-Identifier: MIT */
/* The parent half of a launch: what is prepared for a birth. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "run/birth.h"

struct cgroup_old;
struct device_list;
struct err;
struct filter;
struct sub;

/* What a launch, or a joining, begins with; descriptors stay the caller's. A
 * joining has no use for live_fd, user_fd, net_fd, devices, hostname. */
struct launch_request {
	int live_fd;                       /* the root of the mounted live */
	int user_fd;                       /* -1: no user namespace */
	int net_fd;                        /* -1: the host's network */
	int cgroup_fd;                     /* -1: the caller's */
	const char *cgroup_place;          /* "subhost/web"; only a joining's */
	const struct cgroup_old *old;      /* those of version 1 to join */
	const struct device_list *devices; /* besides the usual ones */
	uid_t base;                        /* the host id of guest id 0 */
	bool mounts;                       /* MOUNTS=yes */
	bool reaper;                       /* our own program runs argv, */
	bool reaps;                        /* and stays, as the reaper */
	bool outlives;                     /* init does not die with us */
	int page_fd; /* of the console's log, for the reaper to keep; or -1 */
	uint64_t capabilities;       /* those to keep, a bit each */
	bool no_new_privs;           /* NO_NEW_PRIVS=yes */
	const struct filter *filter; /* SECCOMP; the caller's */
	bool terminal;               /* init gets a pty of its own */
	const char *hostname, *user, *workdir;
	char *const *argv; /* argv[0] NULL: the first shell there is */
	char *const *envp;
};

/*
 * Two steps, so that the pid can be written down in between: launch_begin()
 * gives birth (with MOUNTS=yes the init is known only later: init.pid is 0
 * until birth_end()), birth_end() returns when init runs.
 */
int launch_begin(struct birth *b, struct sub *s,
                 const struct launch_request *req, struct launched *ret,
                 struct err *err);
