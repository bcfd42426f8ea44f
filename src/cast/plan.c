/* SPDX-License-Identifier: MIT */

#include "cast/plan.h"

/* clang-format off */
static const char *const reasons[] = {
	[WAIT_NOT]		= "",
	[WAIT_NOT_GRANTED]	= "it is not granted",
	[WAIT_GIVER_DOWN]	= "its source is stopped",
	[WAIT_SOURCE_MISSING]	= "its source has no such path",
	[WAIT_SOURCE_UNFIT]	= "its source is nothing that can be cast",
	[WAIT_TARGET_MISSING]	= "its target is missing",
	[WAIT_TARGET_UNFIT]	= "its target is no place for a cast",
	[WAIT_KINDS_DIFFER]	=
		"one of source and target is a file, the other a directory",
	[WAIT_TARGET_IN_CAST]	= "its target lies in another cast",
};
/* clang-format on */

const char *plan_reason(enum wait_reason why)
{
	return reasons[why];
}

static bool is_fit(enum end end)
{
	return end == END_DIRECTORY || end == END_FILE;
}

static bool is_missing(enum end end)
{
	return end == END_MISSING || end == END_UNKNOWN;
}

/* Why it cannot be mounted; what people can do least about comes first. */
static enum wait_reason find_reason(const struct situation *s)
{
	if (!s->is_wanted)
		return WAIT_NOT_GRANTED;
	if (!s->giver_up)
		return WAIT_GIVER_DOWN;
	if (s->target_in_cast)
		return WAIT_TARGET_IN_CAST;
	if (is_missing(s->source))
		return WAIT_SOURCE_MISSING;
	if (!is_fit(s->source))
		return WAIT_SOURCE_UNFIT;
	if (is_missing(s->target))
		return WAIT_TARGET_MISSING;
	if (!is_fit(s->target))
		return WAIT_TARGET_UNFIT;
	return s->source == s->target ? WAIT_NOT : WAIT_KINDS_DIFFER;
}

/* Is what hangs there already what put would put there? */
static bool is_there(const struct situation *s, enum put put)
{
	if (!s->is_in_place)
		return false;
	if (put == PUT_CAST)
		return s->hangs == HANGS_CAST && s->is_same;
	return s->hangs == HANGS_TOMBSTONE &&
	       s->is_tombstone_dir == (s->target == END_DIRECTORY);
}

struct steps_wanted plan_for(const struct situation *s)
{
	struct steps_wanted steps = {.take_off = s->hangs != HANGS_NOTHING};

	if (!s->is_accepted)
		return steps;
	steps.why = find_reason(s);
	if (steps.why == WAIT_NOT)
		steps.put = PUT_CAST;
	else if (is_fit(s->target) && !s->target_in_cast)
		steps.put = PUT_TOMBSTONE;
	if (steps.put != PUT_NOTHING && is_there(s, steps.put))
		return (struct steps_wanted){.why = steps.why};
	return steps;
}
