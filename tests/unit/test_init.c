/* SPDX-License-Identifier: MIT */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "model/init.h"

static const struct init_kind rows[] = {
	{"systemd", 37, true},         {"init", SIGINT, true},
	{"openrc-init", SIGINT, true}, {"busybox", SIGUSR2, true},
	{"runit", SIGCONT, true},      {"runit-init", SIGCONT, true},
	{"bash", SIGHUP, false},       {"dash", SIGHUP, false},
	{"sh", SIGHUP, false},         {"zsh", SIGHUP, false},
	{"ksh", SIGHUP, false},
};

static void assert_is(const char *program, const struct init_kind *wanted)
{
	const struct init_kind *kind = init_kind_of(program);

	assert_string_equal(kind->name, wanted->name);
	assert_int_equal(kind->stop_signal, wanted->stop_signal);
	assert_int_equal(kind->is_real, wanted->is_real);
}

static void knows_each(void **state)
{
	char path[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_is(rows[i].name, &rows[i]);
		snprintf(path, sizeof(path), "/sbin/%s", rows[i].name);
		assert_is(path, &rows[i]);
		snprintf(path, sizeof(path), "//usr//lib/sh/%s", rows[i].name);
		assert_is(path, &rows[i]);
		snprintf(path, sizeof(path), "../%s", rows[i].name);
		assert_is(path, &rows[i]);
	}
}

static void asks_any_other_with_term(void **state)
{
	static const char *const others[] = {
		"",
		"/",
		"/bin/sh/",
		"/usr/bin/nginx",
		"systemd2",
		"bas",
		"Systemd",
		"/sh/x",
		"-bash",
		"sh ",
		"\033\377",
		"/sbin/init\n",
		"/bin/bash-static",
		"/lib/systemd/systemd-udevd",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		const struct init_kind *kind = init_kind_of(others[i]);

		assert_null(kind->name);
		assert_int_equal(kind->stop_signal, SIGTERM);
		assert_false(kind->is_real);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_each),
		cmocka_unit_test(asks_any_other_with_term),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
