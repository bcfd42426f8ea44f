/* SPDX-License-Identifier: MIT */
/* A program run beside the loop: what it says is kept, and it does not run
 * longer than it may. It gets a session of its own and nothing of ours. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <uv.h>

struct err;

#define CHILD_PATH                                                             \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct child_end {
	int status;         /* its exit status, or 128 + signal */
	bool was_late;      /* it was killed for its time */
	bool was_long;      /* or for the length of what it said */
	const char *output; /* stdout, whole unless was_long */
	const char *errors; /* the beginning of stderr */
};

struct child_order {
	char *const *argv, *const *env;
	bool is_user; /* as uid and gid, without other groups */
	uid_t uid;
	gid_t gid;
	size_t output_max; /* bytes; 0: stdout is not wanted */
	unsigned seconds;  /* 0: any time */
	void (*ended)(void *arg, const struct child_end *end);
	void *arg;
};

/* Begin; ended comes later, once. Negative: it could not be executed, and ended
 * does not come. */
int child_begin(uv_loop_t *loop, const struct child_order *order,
                struct err *err);

/* Kill those whose time is limited: we end, and nobody will. */
void child_end_all(uv_loop_t *loop);
