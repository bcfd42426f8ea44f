/* SPDX-License-Identifier: MIT */
/*
 * Is one that has ended started again, and when? The pause doubles from one
 * short run to the next, up to RESTART_PAUSE_MAX, and begins anew after a run
 * that lasted. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define RESTART_PAUSE_MAX 300 /* seconds, but where RESTART_DELAY is more */

enum restart { RESTART_NO, RESTART_ON_FAILURE, RESTART_ALWAYS };

/* As it is written in a config. */
const char *restart_name(enum restart restart);

/* How a run ended. */
struct restart_run {
	bool failed;      /* not with status 0 */
	bool asked;       /* by reboot(2) inside: whatever the policy */
	uint64_t seconds; /* how long it lasted */
};

struct restart_state {
	unsigned count; /* of starts in a row, each after a short run */
	unsigned pause; /* the last one, in seconds */
};

/*
 * True: start it again in *ret_seconds; s is kept up to date. delay is
 * RESTART_DELAY.
 */
bool restart_decide(struct restart_state *s, enum restart restart,
                    unsigned delay, const struct restart_run *run,
                    unsigned *ret_seconds);
