/* SPDX-License-Identifier: MIT */
/*
 * The child half of a launch, and of a joining: what a process does between its
 * birth and the exec of init, or of what is run beside it, one step a row.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct cgroup_old;

struct filter;

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
	int reaper_fd;   /* our reaper, sealed; -1: argv is run directly */
	int mask_fd;     /* made by the child: empty things to mask others */
	int status_fd;   /* where faults are told; closes at exec */
	int init_fd;     /* the init to join, a pidfd; -1: a launch */
	int slave_fd;    /* of the pty that a joining makes; -1: none */
	int terminal;    /* the number of init's pty in the devpts; -1: none */
	int console_fd;  /* that pty's master, for the reaper to keep; or -1 */
	int page_fd;     /* of its log, likewise */
	bool reaps;      /* the reaper stays, as the first process */
	bool outlives;   /* init does not die with its parent */
	bool joins;      /* a joining: beside the init of a running one */
	bool own_users;  /* a joining: it has a user namespace */
	bool own_terminal;            /* a joining: make a pty in its devpts */
	uint64_t capabilities;        /* those to keep, a bit each */
	bool mounts;                  /* MOUNTS=yes */
	bool no_new_privs;            /* NO_NEW_PRIVS=yes */
	const struct filter *filter;  /* SECCOMP */
	const struct cgroup_old *old; /* cgroups of version 1 to join */
	const char *point;            /* a directory there to attach live on */
	const char *hostname;
	const char *user;    /* NULL: root */
	const char *workdir; /* NULL: the user's home, or / */
	char *const *argv;   /* argv[0] NULL: the first shell there is */
	char *const *envp;
};

/* What the child tells: where it gave up and why; or, step being STEP_BORN,
 * the pid of the process it made; or STEP_TERMINAL, and the master of a pty
 * comes with it; or, from the reaper, STEP_COMMAND, which it cannot run, or
 * STEP_BEAR, what is to run it. */
struct fault {
	int step, code;
};

#define STEP_BORN     (-1)
#define STEP_TERMINAL (-2)
#define STEP_COMMAND  (-3)
#define STEP_BEAR     (-4)

/* Run all steps, in the child. Returns never. */
void steps_run(struct launch *l) __attribute__((noreturn));

/* What of the declaration a fault of a step is about. */
enum about { ABOUT_NOTHING, ABOUT_USER, ABOUT_WORKDIR, ABOUT_COMMAND };

/* Of launches by MOUNTS; of joinings by who bears: the child, or the reaper. */
enum when { ALWAYS, PLAIN, OWN_MOUNTS, BEARS_ITSELF, SENDS_REAPER };

struct step {
	const char *what; /* to follow "cannot" */
	int (*run)(struct launch *);
	enum when when;
	enum about about;
};

/* A step by its number in the table of launches, or of joinings. */
const struct step *steps_at(bool joins, int step);
