/* SPDX-License-Identifier: MIT */
/*
 * What a sub host may use up, and what that is called in the files of cgroups
 * of either version. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* 0 is no limit of ours: what the kernel has by itself. */
struct limits {
	uint64_t memory_max, memory_high; /* bytes */
	unsigned cpu_max;                 /* hundredths of a CPU */
	unsigned cpu_weight, io_weight;   /* 1 … 10000; the kernel has 100 */
	uint64_t pids_max;                /* processes and threads */
};

enum limit {
	LIMIT_MEMORY_MAX,
	LIMIT_MEMORY_HIGH,
	LIMIT_CPU_MAX,
	LIMIT_CPU_WEIGHT,
	LIMIT_IO_WEIGHT,
	LIMIT_PIDS_MAX,
	LIMITS
};

/* The variable that declares it: "MEMORY_MAX". */
const char *limit_name(enum limit limit);

bool limit_is_set(const struct limits *l, enum limit limit);

/* The controller that keeps it, by its name in version 2 and 1: "io",
 * "blkio". */
const char *limit_controller(enum limit limit, int version);

/* The file to write it to; at 0, 1, … as long as there are others to try
 * where that one is missing (NULL then). */
const char *limit_file(enum limit limit, int version, size_t at);

/* What to write there; for one that is not set, the kernel's own. */
void limit_print(const struct limits *l, enum limit limit, int version,
                 struct buf *b);

/* What config says for it: "512M"; nothing where it is not set. */
void limit_show(const struct limits *l, enum limit limit, struct buf *b);

/* The way back: what such a file says. What the kernel has by itself is not
 * set. */
void limit_read(struct limits *l, enum limit limit, int version,
                const char *text);
