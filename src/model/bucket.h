/* SPDX-License-Identifier: MIT */
/* So many a second, so many at once: a bucket of tokens. Times are in
 * milliseconds. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct bucket {
	unsigned rate, burst; /* tokens a second, and at most */
	uint64_t level;       /* thousandths of a token, at that time */
	uint64_t at;
};

/* A full one; also for one in use whose limits change. */
void bucket_fill(struct bucket *b, unsigned rate, unsigned burst, uint64_t now);

/* Take a token, if there is one. */
bool bucket_take(struct bucket *b, uint64_t now);

/* How long until there is one; 0: there is. */
uint64_t bucket_wait(struct bucket *b, uint64_t now);
