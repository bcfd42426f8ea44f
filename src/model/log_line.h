/* SPDX-License-Identifier: MIT */
/*
 * What a console shows, as the lines of a log: "STAMP text". A long line is
 * taken apart, and goes on in one with '+' in place of the blank; so does one
 * that words of our own, behind '#', have come between. The carriage return
 * that a terminal puts before each newline is left out. The same bytes always
 * become the same lines, wherever they are cut. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_STAMP_BYTES 27 /* 2026-11-21T10:00:00.123456Z */
#define LOG_HEAD_BYTES  (LOG_STAMP_BYTES + 1)
#define LOG_LINE_MAX    8192 /* bytes of text in a line */

/* All that one line may come to. */
#define LOG_LINE_ROOM (LOG_HEAD_BYTES + LOG_LINE_MAX + 2)

/* Where in a line we are; {0} is at the beginning of one. */
struct log_line {
	uint32_t len;  /* bytes of text in it */
	bool in_line;  /* it has begun */
	bool holds_cr; /* the last byte was a carriage return, kept back */
	bool is_torn;  /* the next one goes on with the text of this one */
};

struct log_piece {
	const char *in; /* what is left to do; moves on */
	size_t n;
	char *out; /* where it goes; moves on */
	size_t room;
	size_t budget; /* no line begins past so many bytes of out */
};

/* Append the time of a stamp, in µs since 1970, to a line's beginning. */
void log_stamp(uint64_t us, char ret_stamp[static LOG_STAMP_BYTES + 1]);

/* Do as much as fits; nothing is done when a line would have to begin, and
 * there is no budget for it, or no room for its head. */
void log_line_put(struct log_line *l, const char *stamp, struct log_piece *p);

/* End a line that has begun, into out, of at least two bytes: how many. */
size_t log_line_end(struct log_line *l, char *out);

/* The same for a while: what comes goes on with its text. One byte, or none. */
size_t log_line_tear(struct log_line *l, char *out);
