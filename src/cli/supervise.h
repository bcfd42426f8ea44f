/* SPDX-License-Identifier: MIT */
/* The life of a supervisor. */
#pragma once

struct context;

/* What it tells who has started it, once: a failure's text, or none. */
struct supervise_answer {
	int status; /* 0: it is up */
	char text[1536];
};

/* Be the supervisor of one until it ends for good; the answer goes to
 * answer_fd, and standard error is given up with it. An exit status. */
int supervise(const struct context *c, const char *name, char *const *command,
              int answer_fd);
