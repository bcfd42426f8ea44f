/* SPDX-License-Identifier: MIT */
/*
 * A child that runs one of run/steps' tables, as its parent sees it: given
 * birth to, heard, known by its fault. Of a launch as of a joining.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sys/process.h"

struct err;
struct launch;
struct launch_request;

struct launched {
	struct process init; /* or what was run beside it */
	int master_fd;       /* of its pty; -1: none */
	int notify_fd;       /* where it says how it is; -1: NOTIFY=no */
	bool not_found; /* a failure's cause was the command: it is missing, */
	bool not_executable; /* or cannot be executed */
};

#define LAUNCHED_NONE                                                          \
	{                                                                      \
		.init.pid_fd = -1, .master_fd = -1, .notify_fd = -1            \
	}

void launched_done(struct launched *l);

struct birth {
	struct process child; /* owned */
	int status_fd;        /* owned */
	bool bears;           /* what is run is another child, of the child's */
	bool joins;           /* it runs the table of a joining */
};

#define BIRTH_NONE                                                             \
	{                                                                      \
		.child.pid_fd = -1, .status_fd = -1                            \
	}

void birth_done(struct birth *b);

/* Where l has its own program run the command: that program, sealed. */
int birth_prepare(struct launch *l, struct err *err);

/* Clone the child, with those CLONE_* flags, into that cgroup (-1: the
 * caller's), and have it run its steps. Its pid, or -errno. */
int birth_give(struct birth *b, struct launch *l, uint64_t flags,
               int cgroup_fd);

/* Returns when the command has been executed, or with the fault of the step
 * that failed and nobody left. */
int birth_end(struct birth *b, const struct launch_request *req,
              struct launched *ret, struct err *err);

static inline void launched_auto(struct launched *l)
{
	launched_done(l);
}

static inline void birth_auto(struct birth *b)
{
	birth_done(b);
}
