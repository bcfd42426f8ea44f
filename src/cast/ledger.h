/* SPDX-License-Identifier: MIT */
/*
 * What hangs in one receiver, and to whom it gives: as text of lines, each
 * adding to or replacing what those before it say, so that it can be appended
 * to. A cache beside the kernel's truth. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

#define LEDGER_MAX (16 << 20) /* bytes of its text */

enum held_kind {
	HELD_CAST,
	HELD_TOMBSTONE,
	HELD_WAITING, /* nothing hangs there */
	HELD_GONE,    /* as a line: what was there is no more */
};

/* What hangs, or waits, for one target. In a ledger its strings are the
 * ledger's: ledger_hold() changes them. */
struct held {
	enum held_kind kind;
	uint64_t id;       /* of the mount; 0: none */
	uint64_t dev, ino; /* of what it shows */
	uint64_t since;    /* seconds since 1970 */
	unsigned mode;     /* CAST_RO, CAST_NOEXEC */
	bool is_dir;
	char *giver, *path, *target;
	char *place;  /* target without the guest's symlinks, in its root */
	char *reason; /* why it waits; "" else */
};

struct ledger {
	struct held *v; /* one a target, in no order; HELD_GONE never */
	size_t n;
	char **receivers; /* of its own casts, past ones too; owned */
	size_t n_receivers;
	uint64_t syscmd, replies; /* mount ids of /syscmd; 0: none */
	size_t lines;             /* of the text it was read from */
	char *text; /* a copy of that, where its strings lie; owned */
	size_t text_len;
	struct ledger_slot {
		uint32_t hash, number; /* of one of v, from 1 on; 0: none */
	} * slots;                     /* owned; by hash of the target */
	size_t n_slots;
};

void ledger_done(struct ledger *l);

/* Read into l, which is {0}; lines that are not ours (cut short by a crash) are
 * left out. */
void ledger_parse(struct ledger *l, const char *text);

/* Append the lines that say all of l. */
void ledger_print(const struct ledger *l, struct buf *b);

/* Append one line. */
void ledger_print_held(const struct held *h, struct buf *b);
void ledger_print_receiver(const char *receiver, struct buf *b);
void ledger_print_syscmd(uint64_t syscmd, uint64_t replies, struct buf *b);

/* Put into l what such a line would say; h is copied. Pointers into l->v do
 * not outlive it. The other takes the strings of h instead, none of which is
 * NULL. */
void ledger_hold(struct ledger *l, const struct held *h);
void ledger_take(struct ledger *l, const struct held *h);
void ledger_add_receiver(struct ledger *l, const char *receiver);

/* Make room for n, so that they are put in without growing it. */
void ledger_make_room(struct ledger *l, size_t n);

/* What is held for that target, or NULL. */
struct held *ledger_on(const struct ledger *l, const char *target);

/* The one whose mount has that id, or NULL. */
struct held *ledger_by_id(const struct ledger *l, uint64_t id);

static inline void ledger_auto(struct ledger *l)
{
	ledger_done(l);
}
