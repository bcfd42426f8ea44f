/* SPDX-License-Identifier: MIT */
/* A sub host that is up: how it is listened to, and what is left to do for it.
 * Nothing of it is open between two pieces of work. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/bucket.h"
#include "model/name.h"

#define GUEST_WAITING_MAX 32 /* messages that wait their turn */

struct job;

struct waiting {
	char *file; /* owned */
	bool is_listed;
	unsigned tries; /* somebody had it open for writing */
};

struct guest {
	char name[NAME_BYTES];
	uint64_t wake; /* when it has work; NEVER; 0: now */

	int watch;      /* of its folder, or of its root; -1 */
	bool is_folder; /* of its folder */
	/* Over its limit: its folder is listed every second, not watched. */
	bool is_crowded;
	uint64_t crowded_at, told_at;
	struct bucket requests, events;

	bool to_look; /* is it up, and what is to be watched? */
	bool to_tend; /* its casts */
	bool to_list; /* its folder */
	/* Not before that; sweep_at is 0 where no answer is left. */
	uint64_t look_at, ask_at, tend_at, list_at, sweep_at;
	uint64_t tended_at;

	/* The listing that is going on. */
	off_t offset;
	bool is_through; /* all was seen; what was found is not taken yet */
	bool has_found;  /* something that was taken, or will be */

	struct waiting *waiting;
	size_t n_waiting;
	unsigned n_posted; /* answers since the last sweep */
	struct job *jobs;  /* messages that were taken; each owned */
	size_t n_jobs;
};

/* A new one, of which nothing is known yet; to be freed with guest_free(). */
struct guest *guest_new(const char *name);
void guest_free(struct guest *g);

/* Set its limits: requests a second and at once. */
void guest_limit(struct guest *g, unsigned rate, unsigned burst, uint64_t now);

/* Have a file wait, once. False: too many do. */
bool guest_add_waiting(struct guest *g, const char *file, bool is_listed);

/* One that was taken waits again, behind the others. */
void guest_put_back(struct guest *g, struct waiting *w);

/* The next one that waits, the caller's to free; there is one. */
struct waiting guest_take_waiting(struct guest *g);
