/* SPDX-License-Identifier: MIT */
/* What a running sub host uses, and what the kernel keeps it to. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/limits.h"

struct sub;
struct survey;

struct usage {
	struct limits limits;
	size_t processes;
	uint64_t memory; /* bytes */
	uint64_t pids;   /* processes and threads */
	uint64_t cpu;    /* µs, since its start */
};

/* What this host does not count is 0. The second leaves out the limits, and
 * what costs much where the hierarchies are many: pids. */
void usage_take(struct usage *u, const struct sub *s, const struct survey *v);
void usage_count(struct usage *u, const struct sub *s, const struct survey *v);
