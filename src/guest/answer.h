/* SPDX-License-Identifier: MIT */
/* What the host says to a request: a file in /syscmd/replies, named as the
 * request was, which appears there whole. */
#pragma once

#include <stddef.h>

struct buf;

/* Be told what appears there, from now on: a descriptor or -errno. */
int answer_watch(void);

/* Append the answer to that file: 0, -ETIME when none came within seconds, or
 * -errno. */
int answer_wait(int watch_fd, const char *file, unsigned seconds,
                struct buf *ret_answer);

/* The same without waiting; -ENOENT: there is none yet. */
int answer_look(const char *file, struct buf *ret_answer);

/* Print an answer, a line each, "ok …" to stdout, all else to stderr, and
 * return how the call ends. */
int answer_print(const char *name, const struct buf *answer);
