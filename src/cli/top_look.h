/* SPDX-License-Identifier: MIT */
/*
 * One look at all that is up, for top. Only those with a record are looked at,
 * and of them only what top shows: no config is read, no namespace entered,
 * nobody asked.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/name.h"
#include "model/state.h"

struct err;
struct places;

struct top_row {
	char name[NAME_BYTES];
	enum state state;
	bool is_frozen;
	uint64_t since;  /* seconds since 1970; 0: unknown */
	uint64_t cpu;    /* µs since its start */
	uint64_t memory; /* bytes; 0: the host does not count it */
	size_t processes;
	bool has_cables;
	uint64_t rx, tx;          /* bytes, all cables together */
	unsigned active, waiting; /* casts that it receives */
	/* Since the look before; negative: not known. */
	double cpu_percent;      /* of one processor */
	double rx_rate, tx_rate; /* bytes a second */
};

struct top_look {
	struct top_row *v; /* by name */
	size_t n;
	uint64_t at;      /* µs of the monotonic clock */
	uint64_t seconds; /* since 1970 */
	unsigned cpus;
	double load[3];
	uint64_t memory; /* of the host, bytes */
};

void top_look_done(struct top_look *look);

/* Look. before: an earlier one, or NULL; rates are those since then. */
int top_look_take(struct top_look *look, const struct places *places,
                  const struct top_look *before, struct err *err);

enum top_key { TOP_CPU, TOP_MEMORY, TOP_PROCESSES, TOP_NAME, TOP_NETWORK };

/* Order by that: the largest first, or by name. */
void top_look_sort(struct top_look *look, enum top_key key);

static inline void top_look_auto(struct top_look *look)
{
	top_look_done(look);
}
