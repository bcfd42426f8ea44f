/* SPDX-License-Identifier: MIT */
/*
 * The journal of consent, SUBHOST_STATE/casts.journal: who said yes or no to
 * what, when, and from where. A line an effect, parted by tabs; the oldest go
 * when it has grown too long.
 */
#pragma once

#include <stdint.h>

#include "cast/request.h"

struct err;
struct places;

#define JOURNAL_FILE "casts.journal"

/* Append the effects of a request of actor's; by: "host", "guest caston.110",
 * "file". 0 or -errno. */
int journal_add(const struct places *places, const char *actor, const char *by,
                const struct effects *effects);

struct journal_entry {
	uint64_t time;
	char *actor, *by;
	struct effect effect;
};

void journal_entry_done(struct journal_entry *e);

/* The last entry of that kind about a cast (of its giver, path and receiver):
 * 0, 1 when there is none, or negative. */
int journal_find(const struct places *places, enum effect_kind kind,
                 const struct effect *about, struct journal_entry *ret,
                 struct err *err);
