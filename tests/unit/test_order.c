/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "base/auto.h"
#include "base/err.h"
#include "model/order.h"

static void orders(void **state)
{
	AUTO(order) struct order o = {0};
	bool done[3] = {false, false, false};
	struct err err = {0};
	size_t db = order_add(&o, "db"), web = order_add(&o, "web");
	size_t app = order_add(&o, "app");

	(void)state;
	order_put_after(&o, web, app);
	order_put_after(&o, app, db);
	order_put_after(&o, app, db);
	assert_int_equal(o.v[app].n_after, 1);
	assert_int_equal(order_check(&o, &err), 0);
	assert_true(order_is_ready(&o, db, done));
	assert_false(order_is_ready(&o, app, done));
	done[db] = true;
	assert_true(order_is_ready(&o, app, done));
	assert_false(order_is_ready(&o, web, done));
	assert_int_equal(order_find(&o, "app"), app);
	assert_int_equal(order_find(&o, "none"), o.n);
}

static void a_circle_is_named(void **state)
{
	AUTO(order) struct order o = {0};
	struct err err = {0};
	size_t a = order_add(&o, "a"), b = order_add(&o, "b");
	size_t c = order_add(&o, "c"), d = order_add(&o, "d");

	(void)state;
	order_put_after(&o, a, b);
	order_put_after(&o, b, c);
	order_put_after(&o, c, b);
	order_put_after(&o, d, a);
	assert_int_equal(order_check(&o, &err), -ELOOP);
	assert_string_equal(err.text, "AFTER goes in a circle: "
	                              "b is after c is after b");
}

static void one_after_itself(void **state)
{
	AUTO(order) struct order o = {0};
	struct err err = {0};

	(void)state;
	order_put_after(&o, order_add(&o, "a"), 0);
	assert_int_equal(order_check(&o, &err), -ELOOP);
	assert_string_equal(err.text, "AFTER goes in a circle: a is after a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders),
		cmocka_unit_test(a_circle_is_named),
		cmocka_unit_test(one_after_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
