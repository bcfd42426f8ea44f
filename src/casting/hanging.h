/* SPDX-License-Identifier: MIT */
/*
 * What hangs in one receiver: its ledger in SUBHOST_RUN/.casts, and the mounts
 * that it speaks of, wherever the guest has moved them. An id is written down
 * before its mount is attached.
 */
#pragma once

#include <stdbool.h>

#include "cast/ledger.h"

struct err;
struct peer;

struct hanging {
	struct ledger ledger;
	const struct peer *in; /* whose it is; up */
	int folder_fd;         /* SUBHOST_RUN/.casts; borrowed */
	bool has_changed;      /* since it was read: its page is old */
	bool has_uncovered;    /* others were taken off that lay over one */
};

void hanging_done(struct hanging *h);

/* Read the ledger of that peer; it has to live as long. */
int hanging_read(struct hanging *h, int folder_fd, const struct peer *in,
                 struct err *err);

/* Write one thing down. */
int hanging_note(struct hanging *h, const struct held *held, struct err *err);
int hanging_note_receiver(struct hanging *h, const char *receiver,
                          struct err *err);
int hanging_note_syscmd(struct hanging *h, uint64_t syscmd, uint64_t replies,
                        struct err *err);

/* Write all of it anew if it has many lines that say nothing any more. */
void hanging_tidy(struct hanging *h);

/* Remove the file: nothing hangs there. */
void hanging_forget(int folder_fd, const char *name);

/* Is the mount of held on the place that its target leads to by now? */
bool hanging_is_in_place(const struct hanging *h, const struct held *held);

/* Open the root of the mount of held, wherever the guest has moved it; -ENOENT
 * when it is no more, -EBUSY when it cannot be caught. */
int hanging_open(const struct hanging *h, const struct held *held);

/* The same for what lies beneath others by now: those are taken off. */
int hanging_reach(struct hanging *h, const struct held *held);

/* Take it off, if it is still anywhere, and write that down. */
int hanging_take_off(struct hanging *h, const struct held *held,
                     struct err *err);

static inline void hanging_auto(struct hanging *h)
{
	hanging_done(h);
}
