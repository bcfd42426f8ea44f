/* SPDX-License-Identifier: MIT */
/*
 * Work that is better done by a child: with less power, in another root, or by
 * another program. It is the first of a pid namespace, so all that it started
 * ends with it; and it ends with us, and when we are asked to stop.
 */
#pragma once

#include <stdbool.h>

struct buf;
struct err;
struct progress;

/* In the child; what it returns and records is what child_do() returns. */
typedef int child_work(void *arg, struct err *err);

int child_do(child_work *work, void *arg, struct err *err);

struct program {
	const char *const *argv;   /* found where root's programs are */
	const char *input;         /* what it reads, some lines; or NULL */
	struct buf *output;        /* gets what it prints; NULL: that is for
	                            * people, as its errors are */
	struct progress *progress; /* shows what it says; or NULL */
	child_work *prepare;       /* before it is executed; or NULL */
	void *arg;                 /* of prepare */
};

/* Run it; a failure is told with the last that it said. */
int program_run(const struct program *p, struct err *err);

/* Is there a program of that name? */
bool program_exists(const char *name);
