/* SPDX-License-Identifier: MIT */
/*
 * Who keeps a sub host: the subhost in whose foreground it runs, or the
 * supervisor of a detached one, which may also be waiting to start it again.
 * The record names it; whether it lives the kernel knows.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct err;
struct record;
struct sub;
struct survey;

/* Is the keeper of the record alive? */
bool keeper_is_alive(const struct record *r);

/* Is it a supervisor, of one that runs, and dead? Then start -d adopts it. */
bool keeper_is_lost(const struct survey *v);

/*
 * Have a supervisor end that has no init any more: it is gone afterwards, but
 * where it is ourselves. The caller holds the sub host's lock.
 */
void keeper_dismiss(const struct record *r);

/* What a supervisor says of itself. */
struct keeper_news {
	bool notify, ready, stopping;
	unsigned count;    /* of starts in a row after short runs */
	uint64_t again_at; /* it waits to start it again; s since 1970; 0: no */
	int refused;       /* errno: its log cannot be written; 0: it can */
	char status[520];  /* STATUS= of init, escaped */
};

/* Ask it: 0; -ESRCH when there is none, -ETIMEDOUT when it does not answer. */
int keeper_ask(const struct sub *s, struct keeper_news *ret);

/* Tell it that init is ready: 0, or -ESRCH and the like. */
int keeper_tell_ready(const struct sub *s);
