/* SPDX-License-Identifier: MIT */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/restart.h"

static const struct restart_run done = {.seconds = 1};
static const struct restart_run failed = {.failed = true, .seconds = 1};
static const struct restart_run asked = {.asked = true, .seconds = 100};

static bool once(enum restart restart, const struct restart_run *run)
{
	struct restart_state s = {0};
	unsigned seconds;

	return restart_decide(&s, restart, 1, run, &seconds);
}

static void goes_by_the_policy(void **state)
{
	(void)state;
	assert_false(once(RESTART_NO, &done));
	assert_false(once(RESTART_NO, &failed));
	assert_false(once(RESTART_ON_FAILURE, &done));
	assert_true(once(RESTART_ON_FAILURE, &failed));
	assert_true(once(RESTART_ALWAYS, &done));
	assert_true(once(RESTART_ALWAYS, &failed));
}

static void does_as_it_is_asked(void **state)
{
	struct restart_state s = {0};
	unsigned seconds = 9;

	(void)state;
	assert_true(restart_decide(&s, RESTART_NO, 7, &asked, &seconds));
	assert_int_equal(seconds, 0);
	assert_true(restart_decide(&s, RESTART_NO, 7, &asked, &seconds));
	assert_int_equal(seconds, 0);
}

static void leaves_its_answer_alone_when_it_is_no(void **state)
{
	struct restart_state s = {.count = 3, .pause = 4};
	unsigned seconds = 9;

	(void)state;
	assert_false(restart_decide(&s, RESTART_NO, 1, &failed, &seconds));
	assert_int_equal(seconds, 9);
	assert_int_equal(s.count, 3);
	assert_int_equal(s.pause, 4);
}

static void assert_pauses(unsigned delay, const struct restart_run *run,
                          const unsigned *pauses, size_t n)
{
	struct restart_state s = {0};

	for (size_t i = 0; i < n; i++) {
		unsigned seconds = 99999;

		assert_true(restart_decide(&s, RESTART_ALWAYS, delay, run,
		                           &seconds));
		assert_int_equal(seconds, pauses[i]);
		assert_int_equal(s.count, i + 1);
	}
}

static void doubles_the_pause_to_a_limit(void **state)
{
	static const unsigned one[] = {1,  2,   4,   8,   16, 32,
	                               64, 128, 256, 300, 300};
	static const unsigned none[] = {0, 1, 2, 4};
	static const unsigned most[] = {200, 300, 300};
	static const unsigned more[] = {86400, 86400};
	static const struct restart_run again = {.asked = true};
	static const unsigned reboots[] = {0, 1, 2};

	(void)state;
	assert_pauses(1, &failed, one, sizeof(one) / sizeof(*one));
	assert_pauses(0, &done, none, sizeof(none) / sizeof(*none));
	assert_pauses(200, &failed, most, sizeof(most) / sizeof(*most));
	assert_pauses(86400, &failed, more, sizeof(more) / sizeof(*more));
	assert_pauses(60, &again, reboots, sizeof(reboots) / sizeof(*reboots));
}

/* How long a run has to be after the pause, for the next to be the first. */
static void assert_lasts(unsigned pause, uint64_t seconds)
{
	struct restart_run run = {.failed = true, .seconds = seconds - 1};
	struct restart_state s = {.count = 5, .pause = pause};
	unsigned next;

	assert_true(restart_decide(&s, RESTART_ALWAYS, 1, &run, &next));
	assert_int_equal(s.count, 6);
	run.seconds++;
	s = (struct restart_state){.count = 5, .pause = pause};
	assert_true(restart_decide(&s, RESTART_ALWAYS, 1, &run, &next));
	assert_int_equal(s.count, 1);
	assert_int_equal(next, 1);
}

static void begins_anew_after_a_run_that_lasted(void **state)
{
	(void)state;
	assert_lasts(0, 10);
	assert_lasts(1, 10);
	assert_lasts(2, 20);
	assert_lasts(300, 3000);
	assert_lasts(4000000000u, 40000000000ull);
}

static void has_names(void **state)
{
	(void)state;
	assert_string_equal(restart_name(RESTART_NO), "no");
	assert_string_equal(restart_name(RESTART_ON_FAILURE), "on-failure");
	assert_string_equal(restart_name(RESTART_ALWAYS), "always");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_by_the_policy),
		cmocka_unit_test(does_as_it_is_asked),
		cmocka_unit_test(leaves_its_answer_alone_when_it_is_no),
		cmocka_unit_test(doubles_the_pause_to_a_limit),
		cmocka_unit_test(begins_anew_after_a_run_that_lasted),
		cmocka_unit_test(has_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
