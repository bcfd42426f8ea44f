/* SPDX-License-Identifier: MIT */
/*
 * Casts made real: wanted (casts.ini, who is up) − present (the mounts) →
 * steps, carried out under one lock, by whoever comes: start, stop, the verbs,
 * the daemon. Doing it twice changes nothing.
 */
#pragma once

#include <stdbool.h>

#include "cast/casts.h"

struct buf;
struct effects;
struct err;
struct holders;
struct page;
struct places;
struct request;
struct words;

#define CASTING_SECONDS                                                        \
	30 /* how long one waits for another's piece of work                   \
	    */

struct casting {
	const struct places *places;
	struct casts casts; /* as casts.ini has it, or the last good one */
	char *text;         /* of casts.ini; owned */
	char *fault;        /* why casts.ini cannot be read: it is not written,
	                     * and nothing new is mounted; owned; NULL: fine */
	struct stamp {
		unsigned long dev, ino, size;
		long seconds, nanoseconds;
	} stamp;               /* of that file when it was read */
	unsigned long pending; /* what could not be recorded; 0: nothing */
	int lock_fd;           /* of SUBHOST_RUN/.casts, locked; -1 */
	bool is_looking;       /* only: nothing is locked or written */
	bool makes_targets; /* that are missing in a receiver, as the guest */
	bool is_guests; /* the asker is a guest: nothing of others is told */
	bool is_kill;   /* end those who hold what is taken off */
};

#define CASTING_NONE                                                           \
	{                                                                      \
		.lock_fd = -1                                                  \
	}

void casting_done(struct casting *c);

/* Take the lock and read casts.ini, unless c has read this very text before
 * (one that was let go, not done). */
int casting_begin(struct casting *c, const struct places *places,
                  unsigned seconds, struct err *err);

/* Read what there is, without the lock: it may change meanwhile. */
int casting_look(struct casting *c, const struct places *places,
                 struct err *err);

/* The page of name, as it is now. page is {0}. */
int casting_page(struct casting *c, const char *name, struct page *page,
                 struct err *err);

/* Give up the lock; what was read stays. */
void casting_let_go(struct casting *c);

/*
 * Carry out a request: consent is changed, mounts follow and are looked at in
 * the receiver's own view, casts.ini is written, pages are posted, the journal
 * has it. by says from where: "guest caston.110", "host". *reply gets one
 * line: what is so now. On failure nothing has changed (but taking off, which
 * is done even where it cannot be recorded, and says so).
 */
int casting_request(struct casting *c, const struct request *q, const char *by,
                    struct buf *reply, struct err *err);

/* Put right whatever concerns name as receiver and as giver; NULL: everybody
 * who is up. Pages are posted where something changed. */
int casting_tend(struct casting *c, const char *name, struct err *err);

/*
 * The end of a start or of a waking: name is up and shares (its record says
 * so). It gets /syscmd, its casts, and those who waited for it theirs. notes:
 * what it has to wait for, a line each.
 */
int casting_join(struct casting *c, const char *name, int userns_fd,
                 struct buf *notes, struct err *err);

/* What hangs in name below one of paths, where something is about to be
 * mounted, is taken off; it comes back with casting_join(). */
int casting_clear(struct casting *c, const char *name,
                  const struct words *paths, struct err *err);

/* Before a stop: name shares no longer (its record says so). What it gave is
 * taken off everybody, who waits now. holders learn of what. */
int casting_leave(struct casting *c, const char *name, struct holders *holders,
                  struct err *err);

/* Nothing of it is up any more: what was known of it is forgotten. */
void casting_forget(struct casting *c, const char *name);

static inline void casting_auto(struct casting *c)
{
	casting_done(c);
}
