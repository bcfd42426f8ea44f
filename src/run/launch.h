/* SPDX-License-Identifier: MIT */
/* The parent half of a launch: prepare, give birth, hear how it went. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "sys/process.h"

struct err;
struct sub;

/* What a launch begins with; descriptors stay the caller's. */
struct launch_request {
	int live_fd;   /* the root of the mounted live */
	int user_fd;   /* -1: no user namespace */
	int net_fd;    /* -1: the host's network */
	int cgroup_fd; /* -1: the caller's */
	uid_t base;    /* the host id of guest id 0 */
	bool mounts;   /* MOUNTS=yes */
	bool reaper;   /* our reaper runs argv */
	bool terminal; /* init gets a pty of its own */
	const char *hostname, *user, *workdir;
	char *const *argv; /* argv[0] NULL: the first shell there is */
	char *const *envp;
};

struct launched {
	struct process init;
	int master_fd;  /* of init's pty; -1: none */
	bool not_found; /* a failure's cause was the command: it is missing, */
	bool not_executable; /* or cannot be executed */
};

#define LAUNCHED_NONE                                                          \
	{                                                                      \
		.init.pid_fd = -1, .master_fd = -1                             \
	}

void launched_done(struct launched *l);

/*
 * Two steps, so that the pid can be written down in between: launch_begin()
 * gives birth (with MOUNTS=yes the init is known only later: init.pid is 0
 * until launch_end()), launch_end() returns when init has been executed, or
 * with its fault and nobody left.
 */
struct birth {
	struct process child; /* owned */
	int status_fd;        /* owned */
};

#define BIRTH_NONE                                                             \
	{                                                                      \
		.child.pid_fd = -1, .status_fd = -1                            \
	}

void birth_done(struct birth *b);

int launch_begin(struct birth *b, struct sub *s,
                 const struct launch_request *req, struct launched *ret,
                 struct err *err);
int launch_end(struct birth *b, const struct launch_request *req,
               struct launched *ret, struct err *err);

static inline void launched_auto(struct launched *l)
{
	launched_done(l);
}

static inline void birth_auto(struct birth *b)
{
	birth_done(b);
}
