/* SPDX-License-Identifier: MIT */
/*
 * The bridges of the caller's network namespace: the host's. Ours are marked by
 * their alias. Who changes one holds the lock of all.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/words.h"
#include "model/address.h"
#include "net/mark.h"
#include "sys/link.h"

struct buf;
struct err;
struct places;

struct bridges {
	const struct places *places;
	char tag[10]; /* places_tag() */
	struct netlink nl;
	int lock_fd;
};

#define BRIDGES_NONE                                                           \
	{                                                                      \
		.nl = NETLINK_NONE, .lock_fd = -1                              \
	}

/* places must outlive b. */
int bridges_open(struct bridges *b, const struct places *places,
                 struct err *err);

/* Wait for the lock; it ends with b. */
int bridges_lock(struct bridges *b, struct err *err);
void bridges_done(struct bridges *b);

/* One as it is. */
struct bridge {
	struct link link;
	struct mark mark;
	struct addresses addresses; /* global ones */
	struct words ports;
	size_t n_cables; /* of them: cables of sub hosts */
};

void bridge_done(struct bridge *b);

/* Look at the link of that name: 0, 1 when there is none, or an error: there
 * is one, but it is no bridge, or cannot be looked at. */
int bridge_look(struct bridges *host, const char *name, struct bridge *ret,
                struct err *err);

/* All of the namespace, by name; bridge_done() each, free() the list. */
int bridge_list(struct bridges *host, struct bridge **ret_v, size_t *ret_n,
                struct err *err);

bool bridge_has(const struct bridge *b, enum family family);

/* Write its mark into its alias: 0 or -errno, then the kernel's words. */
int bridge_write_mark(struct bridges *host, int index, const struct mark *mark);

/* err_set(), with the kernel's own words about what failed last. */
int bridge_fail(const struct bridges *host, int code, struct err *err,
                const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The error of a bridge that is not this instance's. */
int bridge_refuse_foreign(const struct bridge *b, struct err *err);

/* What shall be: see subhost(8). */
struct bridge_wish {
	const char *name;
	struct addresses addresses;
	bool has_nat;
};

/*
 * Make it, or add to one of ours what it lacks. All or nothing; killed in
 * between, it is one of ours that either of the two goes on with. What was done
 * besides is appended to notes, a line each.
 */
int bridge_add(struct bridges *host, const struct bridge_wish *wish,
               struct buf *notes, struct err *err);

/* Take one of ours away, that has no ports. */
int bridge_remove(struct bridges *host, const char *name, struct buf *notes,
                  struct err *err);

static inline void bridges_auto(struct bridges *b)
{
	bridges_done(b);
}

static inline void bridge_auto(struct bridge *b)
{
	bridge_done(b);
}
