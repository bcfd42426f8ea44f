/* SPDX-License-Identifier: MIT */

#include "model/restart.h"

#define LONG_TIMES 10 /* a run of so many pauses, */
#define LONG_MIN   10 /* and of so many seconds, has lasted */

const char *restart_name(enum restart restart)
{
	static const char *const names[] = {
		[RESTART_NO] = "no",
		[RESTART_ON_FAILURE] = "on-failure",
		[RESTART_ALWAYS] = "always",
	};

	return names[restart];
}

static bool is_wanted(enum restart restart, const struct restart_run *run)
{
	if (run->asked)
		return true;
	return restart == RESTART_ALWAYS ||
	       (restart == RESTART_ON_FAILURE && run->failed);
}

static bool has_lasted(const struct restart_state *s,
                       const struct restart_run *run)
{
	uint64_t least = (uint64_t)s->pause * LONG_TIMES;

	return run->seconds >= (least < LONG_MIN ? LONG_MIN : least);
}

/* A pause of nothing is one of a second when it comes again. */
static unsigned longer(unsigned pause, unsigned delay)
{
	unsigned max = delay > RESTART_PAUSE_MAX ? delay : RESTART_PAUSE_MAX;

	if (!pause)
		return 1;
	return pause > max / 2 ? max : 2 * pause;
}

bool restart_decide(struct restart_state *s, enum restart restart,
                    unsigned delay, const struct restart_run *run,
                    unsigned *ret_seconds)
{
	if (!is_wanted(restart, run))
		return false;
	if (!s->count || has_lasted(s, run)) {
		s->count = 0;
		/* Who reboots wants to be back, and is no failure. */
		s->pause = run->asked ? 0 : delay;
	} else {
		s->pause = longer(s->pause, delay);
	}
	s->count++;
	*ret_seconds = s->pause;
	return true;
}
