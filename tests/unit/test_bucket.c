/* SPDX-License-Identifier: MIT */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/bucket.h"

static unsigned take_all(struct bucket *b, uint64_t now)
{
	unsigned n = 0;

	while (bucket_take(b, now))
		n++;
	return n;
}

static void gives_its_burst_and_then_its_rate(void **state)
{
	struct bucket b;

	(void)state;
	bucket_fill(&b, 20, 64, 5000);
	assert_int_equal(bucket_wait(&b, 5000), 0);
	assert_int_equal(take_all(&b, 5000), 64);
	assert_int_equal(bucket_wait(&b, 5000), 50);
	assert_int_equal(take_all(&b, 5049), 0);
	assert_int_equal(bucket_wait(&b, 5049), 1);
	assert_int_equal(take_all(&b, 5050), 1);
	assert_int_equal(take_all(&b, 6050), 20);
}

static void never_holds_more_than_its_burst(void **state)
{
	struct bucket b;

	(void)state;
	bucket_fill(&b, 10000, 3, 0);
	assert_int_equal(take_all(&b, 1u << 30), 3);
	bucket_fill(&b, 1, 1, 0);
	assert_int_equal(take_all(&b, 0), 1);
	assert_int_equal(bucket_wait(&b, 0), 1000);
	assert_int_equal(bucket_wait(&b, 999), 1);
	assert_int_equal(take_all(&b, 1000), 1);
}

/* Whatever the steps in which time goes, none is lost. */
static void counts_small_steps(void **state)
{
	struct bucket b;
	unsigned n = 0;

	(void)state;
	bucket_fill(&b, 7, 5, 0);
	for (uint64_t now = 0; now <= 10000; now++)
		n += take_all(&b, now);
	assert_int_equal(n, 5 + 70);
}

static void a_wait_is_long_enough(void **state)
{
	(void)state;
	for (unsigned rate = 1; rate <= 10000; rate += 13) {
		struct bucket b;
		uint64_t wait;

		bucket_fill(&b, rate, 2, 100);
		take_all(&b, 100);
		wait = bucket_wait(&b, 100);
		assert_true(wait > 0);
		assert_false(bucket_take(&b, 100 + wait - 1));
		assert_true(bucket_take(&b, 100 + wait));
	}
}

static void time_that_goes_back_gives_nothing(void **state)
{
	struct bucket b;

	(void)state;
	bucket_fill(&b, 1000, 2, 100);
	assert_int_equal(take_all(&b, 100), 2);
	assert_int_equal(take_all(&b, 50), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_its_burst_and_then_its_rate),
		cmocka_unit_test(never_holds_more_than_its_burst),
		cmocka_unit_test(counts_small_steps),
		cmocka_unit_test(a_wait_is_long_enough),
		cmocka_unit_test(time_that_goes_back_gives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
