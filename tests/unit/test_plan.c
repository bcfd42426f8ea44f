/* SPDX-License-Identifier: MIT */
/* Every situation there can be, each held against properties that are written
 * without regard to how plan_for() goes about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cast/plan.h"

#define ENDS 5

/* Call check for every combination of the fields. */
static size_t each_situation(void (*check)(const struct situation *s))
{
	size_t n = 0;

	for (unsigned flags = 0; flags < 1u << 7; flags++) {
		struct situation s = {
			.is_wanted = flags & 1,
			.is_accepted = flags & 2,
			.giver_up = flags & 4,
			.target_in_cast = flags & 8,
			.is_in_place = flags & 16,
			.is_same = flags & 32,
			.is_tombstone_dir = flags & 64,
		};
		for (int i = 0; i < ENDS * ENDS * 3; i++, n++) {
			s.source = (enum end)(i % ENDS);
			s.target = (enum end)(i / ENDS % ENDS);
			s.hangs = (enum hangs)(i / ENDS / ENDS);
			check(&s);
		}
	}
	return n;
}

static bool is_kind(enum end end)
{
	return end == END_DIRECTORY || end == END_FILE;
}

static bool is_mountable(const struct situation *s)
{
	return s->is_accepted && s->is_wanted && s->giver_up &&
	       is_kind(s->source) && s->source == s->target &&
	       !s->target_in_cast;
}

/* What hangs once the steps are done. */
static enum hangs left(const struct situation *s)
{
	struct steps_wanted steps = plan_for(s);

	if (steps.put == PUT_CAST)
		return HANGS_CAST;
	if (steps.put == PUT_TOMBSTONE)
		return HANGS_TOMBSTONE;
	return steps.take_off ? HANGS_NOTHING : s->hangs;
}

static void check_steps(const struct situation *s)
{
	struct steps_wanted steps = plan_for(s);
	enum hangs hangs = left(s);

	/* What is taken off is there, and nothing is put on what hangs. */
	assert_true(!steps.take_off || s->hangs != HANGS_NOTHING);
	assert_true(steps.put == PUT_NOTHING || steps.take_off ||
	            s->hangs == HANGS_NOTHING);
	/* What is not in place never stays. */
	assert_true(steps.take_off || s->is_in_place ||
	            s->hangs == HANGS_NOTHING);
	/* Each end is as consent and the ends say. */
	assert_int_equal(hangs == HANGS_CAST, is_mountable(s));
	assert_int_equal(hangs == HANGS_TOMBSTONE,
	                 s->is_accepted && !is_mountable(s) &&
	                         is_kind(s->target) && !s->target_in_cast);
	/* Another source is not what hangs, nor is another kind. */
	if (!steps.take_off && s->hangs == HANGS_CAST)
		assert_true(s->is_same);
	if (!steps.take_off && s->hangs == HANGS_TOMBSTONE)
		assert_int_equal(s->is_tombstone_dir,
		                 s->target == END_DIRECTORY);
	/* Nothing is done for nothing. */
	if (s->is_in_place && s->hangs == hangs && hangs == HANGS_CAST &&
	    s->is_same)
		assert_false(steps.take_off);
	if (s->is_in_place && s->hangs == hangs && hangs == HANGS_TOMBSTONE &&
	    s->is_tombstone_dir == (s->target == END_DIRECTORY))
		assert_false(steps.take_off);
}

static void check_reason(const struct situation *s)
{
	enum wait_reason why = plan_for(s).why;

	/* There is one exactly where it is accepted and does not hang. */
	assert_int_equal(why != WAIT_NOT, s->is_accepted && !is_mountable(s));
	/* And it is true. */
	assert_true(why != WAIT_NOT_GRANTED || !s->is_wanted);
	assert_true(why != WAIT_GIVER_DOWN || !s->giver_up);
	assert_true(why != WAIT_SOURCE_MISSING || s->source == END_MISSING ||
	            s->source == END_UNKNOWN);
	assert_true(why != WAIT_SOURCE_UNFIT || s->source == END_UNFIT);
	assert_true(why != WAIT_TARGET_MISSING || s->target == END_MISSING ||
	            s->target == END_UNKNOWN);
	assert_true(why != WAIT_TARGET_UNFIT || s->target == END_UNFIT);
	assert_true(why != WAIT_KINDS_DIFFER ||
	            (is_kind(s->source) && is_kind(s->target) &&
	             s->source != s->target));
	assert_true(why != WAIT_TARGET_IN_CAST || s->target_in_cast);
}

/* Done once, there is nothing more to do. */
static void check_again(const struct situation *s)
{
	struct situation after = *s;
	struct steps_wanted before = plan_for(s), again;

	after.hangs = left(s);
	if (before.put != PUT_NOTHING) {
		after.is_in_place = true;
		after.is_same = before.put == PUT_CAST;
		after.is_tombstone_dir = before.put == PUT_TOMBSTONE &&
		                         s->target == END_DIRECTORY;
	}
	again = plan_for(&after);
	assert_false(again.take_off);
	assert_int_equal(again.put, PUT_NOTHING);
	assert_int_equal(again.why, before.why);
}

static void enumerates(void **state)
{
	(void)state;
	assert_int_equal(each_situation(check_steps), 128 * 75);
	each_situation(check_reason);
	each_situation(check_again);
}

static struct situation usual(void)
{
	return (struct situation){
		.is_wanted = true,
		.is_accepted = true,
		.giver_up = true,
		.source = END_DIRECTORY,
		.target = END_DIRECTORY,
	};
}

static void assert_plan(const struct situation *s, bool take_off, enum put put,
                        const char *reason)
{
	struct steps_wanted steps = plan_for(s);

	assert_int_equal(steps.take_off, take_off);
	assert_int_equal(steps.put, put);
	assert_string_equal(plan_reason(steps.why), reason);
}

static void tells_reasons(void **state)
{
	struct situation s = usual();

	(void)state;
	assert_plan(&s, false, PUT_CAST, "");
	s.target = END_FILE;
	assert_plan(&s, false, PUT_TOMBSTONE,
	            "one of source and target is a file, the other a "
	            "directory");
	s.target = END_UNFIT;
	assert_plan(&s, false, PUT_NOTHING,
	            "its target is no place for a cast");
	s.target = END_MISSING;
	assert_plan(&s, false, PUT_NOTHING, "its target is missing");
	s.source = END_UNFIT;
	assert_plan(&s, false, PUT_NOTHING,
	            "its source is nothing that can be cast");
	s.source = END_MISSING;
	assert_plan(&s, false, PUT_NOTHING, "its source has no such path");
	s.target = END_DIRECTORY;
	s.target_in_cast = true;
	assert_plan(&s, false, PUT_NOTHING, "its target lies in another cast");
	s.giver_up = false;
	assert_plan(&s, false, PUT_NOTHING, "its source is stopped");
	s.target_in_cast = false;
	assert_plan(&s, false, PUT_TOMBSTONE, "its source is stopped");
	s.is_wanted = false;
	assert_plan(&s, false, PUT_TOMBSTONE, "it is not granted");
	s.is_accepted = false;
	assert_plan(&s, false, PUT_NOTHING, "");
}

static void changes_what_hangs(void **state)
{
	struct situation s = usual();

	(void)state;
	s.hangs = HANGS_CAST;
	s.is_in_place = s.is_same = true;
	assert_plan(&s, false, PUT_NOTHING, "");
	s.is_in_place = false;
	assert_plan(&s, true, PUT_CAST, "");
	s.is_in_place = true;
	s.is_same = false;
	assert_plan(&s, true, PUT_CAST, "");
	s.giver_up = false;
	s.source = END_UNKNOWN;
	assert_plan(&s, true, PUT_TOMBSTONE, "its source is stopped");
	s.hangs = HANGS_TOMBSTONE;
	s.is_tombstone_dir = true;
	assert_plan(&s, false, PUT_NOTHING, "its source is stopped");
	s.is_tombstone_dir = false;
	assert_plan(&s, true, PUT_TOMBSTONE, "its source is stopped");
	s.giver_up = true;
	s.source = END_DIRECTORY;
	assert_plan(&s, true, PUT_CAST, "");
	s.is_accepted = false;
	assert_plan(&s, true, PUT_NOTHING, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enumerates),
		cmocka_unit_test(tells_reasons),
		cmocka_unit_test(changes_what_hangs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
