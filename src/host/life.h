/* SPDX-License-Identifier: MIT */
/*
 * The life of a sub host: start, hibernate, stop. One table of steps: start
 * runs them forwards, a failed start and a stop undo them backwards, and
 * hibernation undoes those that it does not keep.
 */
#pragma once

#include <stdbool.h>

#include "host/survey.h"
#include "run/launch.h"

struct buf;
struct declaration;
struct err;
struct sub;

#define LIFE_LOCK_SECONDS 30 /* how long one command waits for another */

struct life_wish {
	const struct declaration *declaration;
	char *const *command; /* instead of INIT; NULL: none */
	bool terminal;        /* init gets a pty */
	const char *term;     /* TERM of the caller's terminal, or NULL */
	struct buf *notes;    /* gets what the user should know, a line each */
	bool detached;        /* we are its supervisor, and it outlives us */
	int page_fd;          /* detached: the page of its console's log */
};

/* Is there nothing of others' in its places, and does it not run? */
int life_may_start(const struct sub *s, const struct survey *v,
                   struct err *err);

/*
 * Bring it up, from stopped or hibernated; the caller holds the lock and has
 * taken the survey, which is kept up to date. On failure all that was done is
 * undone, down to what it was before.
 */
int life_start(struct sub *s, struct survey *v, const struct life_wish *wish,
               struct launched *ret, struct err *err);

/*
 * End its processes, keep its mounts and network. Asks init first, unless
 * force; seconds < 0: as config said at the start.
 */
int life_hibernate(struct sub *s, struct survey *v, bool force, int seconds,
                   struct err *err);

/* Take everything down; from any state, and when there is nothing. */
int life_stop(struct sub *s, struct survey *v, bool force, int seconds,
              struct err *err);
