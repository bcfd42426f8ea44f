/* SPDX-License-Identifier: MIT */
/* One run of one sub host, from its set-up to the end of its init, whether in
 * the foreground or detached. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/restart.h"
#include "run/birth.h"

struct context;
struct ending;
struct err;
struct sub;
struct supervisor;
struct survey;

typedef int run_make_way(const struct context *c, struct sub *s,
                         struct survey *v, struct err *err);

struct run {
	const struct context *context;
	const char *name;
	char *const *command;   /* NULL: none */
	run_make_way *make_way; /* may change what there is before; or NULL */
	struct supervisor *supervisor; /* NULL: in the foreground */
	/* Of what was launched, or adopted. */
	struct launched launched;
	enum restart restart;
	unsigned restart_delay;
	unsigned start_timeout; /* until it is ready, seconds; 0: no end */
	uint64_t since;         /* s since 1970 */
	bool was_adopted;       /* it ran already */
	char *old_command; /* of what was adopted, as its record has it; owned
	                    */
};

void run_done(struct run *r);

/* Bring it up. A detached one that runs without its supervisor is adopted. */
int run_set_up(struct run *run, struct err *err);

/* Reap the init of a detached one, and write down how it ended. */
int run_reap(struct run *run, struct ending *ret_ending, struct err *err);
void run_note_end(const struct run *run, const struct ending *ending);

/* Put to sleep what this run left, unless somebody else has seen to it; again:
 * and we are to start it once more. *ret_ours says that it was left to us. */
int run_retire(struct run *run, bool again, bool *ret_ours, struct err *err);

/* Has it asked to be started anew, by reboot(2)? Or not to be, by poweroff? */
bool run_asks_for_restart(const struct ending *ending);
bool run_was_powered_off(const struct ending *ending);

/* The exit status of one that has ended so. */
int run_status(const struct ending *ending);

static inline void run_auto(struct run *r)
{
	run_done(r);
}
