/* SPDX-License-Identifier: MIT */
/* How far a long piece of work has got: one line on a terminal, nothing
 * anywhere else. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct buf;

struct progress {
	const char *what; /* "create web" */
	bool is_shown;
	uint64_t files, bytes; /* done so far */
	int64_t drawn;         /* when, in milliseconds */
};

/* what has to outlive p; is_quiet: show nothing. */
void progress_begin(struct progress *p, const char *what, bool is_quiet);

void progress_add(struct progress *p, uint64_t files, uint64_t bytes);

/* Show what a program says it is doing. */
void progress_say(struct progress *p, const char *text);

/* Take the line off. */
void progress_end(struct progress *p);

/* Append the line, at most that many columns of it. */
void progress_print(const struct progress *p, unsigned columns, struct buf *b);

/* Append a number of bytes as people read it: "1.2 GiB". */
void progress_print_bytes(uint64_t bytes, struct buf *b);
