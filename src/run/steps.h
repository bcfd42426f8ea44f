/* SPDX-License-Identifier: MIT */
/*
 * The child half of a launch: what a process does between its birth and the
 * exec of init, one step a row.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * All that the child needs, made ready by the parent. Descriptors are the
 * parent's; -1 is none.
 */
struct launch {
	int launcher_fd; /* the launcher's mount namespace; -1: the host's */
	int net_fd;      /* the network namespace; -1: the host's */
	int user_fd;     /* the user namespace; -1: none */
	int live_fd;     /* a detached, recursive slave copy of live */
	int dev_fd;      /* a detached /dev, its nodes made */
	int pts_fd;      /* a detached devpts */
	int reaper_fd;   /* our reaper, sealed; -1: init is run directly */
	int status_fd;   /* where faults are told; closes at exec */
	int terminal;    /* the number of init's pty in the devpts; -1: none */
	bool mounts;     /* MOUNTS=yes */
	const char *point; /* a directory there to attach live on */
	const char *hostname;
	const char *user;    /* NULL: root */
	const char *workdir; /* NULL: the user's home, or / */
	char *const *argv;   /* argv[0] NULL: the first shell there is */
	char *const *envp;
};

/* What the child tells: where it gave up and why; or, step being STEP_BORN,
 * the pid of the init it made. */
struct fault {
	int step, code;
};

#define STEP_BORN (-1)

/* Run all steps, in the child. Returns never. */
void steps_run(struct launch *l) __attribute__((noreturn));

/* The step's name, to follow "cannot". */
const char *steps_what(int step);

/* What of the declaration a fault of the step is about. */
enum about { ABOUT_NOTHING, ABOUT_USER, ABOUT_WORKDIR, ABOUT_COMMAND };

enum about steps_about(int step);
