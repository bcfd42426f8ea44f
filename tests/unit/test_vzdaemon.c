/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/vzdaemon.h"

#define USUAL_BASE 524288
#define LAST       4294836223u /* no range may reach the last ids */

static void read_into(struct vzdaemon *v, const char *text)
{
	struct err err = {0};

	assert_int_equal(vzdaemon_parse(text, "conf", v, &err), 0);
	assert_string_equal(err.text, "");
}

static void assert_base(const char *text, uint32_t wanted)
{
	AUTO(vzdaemon) struct vzdaemon v = {0};

	read_into(&v, text);
	assert_int_equal(v.uid_base, wanted);
}

static void says_what_is_usual(void **state)
{
	static const char *const nothing[] = {"", "\n\n", "\n \t\r\n# RATE = 1",
	                                      "#"};

	(void)state;
	for (size_t i = 0; i < sizeof(nothing) / sizeof(*nothing); i++) {
		AUTO(vzdaemon) struct vzdaemon v = {0};

		read_into(&v, nothing[i]);
		assert_int_equal(v.uid_base, USUAL_BASE);
		assert_string_equal(v.handler_user, "nobody");
		assert_int_equal(v.handler_timeout, 30);
		assert_int_equal(v.rate, 20);
		assert_int_equal(v.burst, 64);
		assert_int_equal(v.log, LOG_TO_STDERR);
		assert_int_equal(v.level, LEVEL_INFO);
		assert_null(v.subhost);
	}
}

static void reads_every_key(void **state)
{
	AUTO(vzdaemon) struct vzdaemon v = {0};

	(void)state;
	read_into(&v, "UID_BASE = 1000000\n"
	              "HANDLER_USER=www-data # it serves\n"
	              "\tHANDLER_TIMEOUT\t=\t5\r\n"
	              "RATE = 7\nBURST = 9\n"
	              "LOG = journal   debug\n"
	              "SUBHOST = /srv/sub hosts");
	assert_int_equal(v.uid_base, 1000000);
	assert_string_equal(v.handler_user, "www-data");
	assert_int_equal(v.handler_timeout, 5);
	assert_int_equal(v.rate, 7);
	assert_int_equal(v.burst, 9);
	assert_int_equal(v.log, LOG_TO_JOURNAL);
	assert_int_equal(v.level, LEVEL_DEBUG);
	assert_string_equal(v.subhost, "/srv/sub hosts");
}

static void the_last_line_counts(void **state)
{
	AUTO(vzdaemon) struct vzdaemon v = {0};

	(void)state;
	read_into(&v, "HANDLER_USER = a\nSUBHOST = /a\nLOG = syslog error\n"
	              "HANDLER_USER = 65534\nSUBHOST = /b\nLOG = syslog\n");
	assert_string_equal(v.handler_user, "65534");
	assert_string_equal(v.subhost, "/b");
	assert_int_equal(v.log, LOG_TO_SYSLOG);
	assert_int_equal(v.level, LEVEL_INFO);
}

static void reads_uid_base(void **state)
{
	(void)state;
	assert_base("UID_BASE=1000000", 1000000);
	assert_base("UID_BASE = 1000000#x", 1000000);
	assert_base("UID_BASE = 0001000000\n", 1000000);
	assert_base("UID_BASE = 70000\n\nUID_BASE = 1000000\n", 1000000);
	assert_base("UID_BASE = 65536", 65536);
	assert_base("UID_BASE = 4294836223", LAST);
}

static void assert_says(const char *text, const char *wanted)
{
	struct err err = {0};
	struct vzdaemon v = {.rate = 1};

	assert_int_equal(vzdaemon_parse(text, "/etc/conf", &v, &err), -EINVAL);
	assert_int_equal(err.code, -EINVAL);
	assert_string_equal(err.text, wanted);
	assert_int_equal(v.rate, 1);
	assert_null(v.handler_user);
}

static void says_what_is_wrong(void **state)
{
	(void)state;
	assert_says("\n# x\nUID_BASE", "/etc/conf:3: expected KEY = value");
	assert_says("UID_BASE 5", "/etc/conf:1: expected KEY = value");
	assert_says("UID_BASE # = 65536", "/etc/conf:1: expected KEY = value");
	assert_says("UID_BASE=65536\nBRIDGE = br0",
	            "/etc/conf:2: there is no key BRIDGE");
	assert_says("uid_base = 65536",
	            "/etc/conf:1: there is no key uid_base; did you mean "
	            "UID_BASE?");
	assert_says(" \033]0;\377\\ = 1",
	            "/etc/conf:1: there is no key \\x1b]0;\\xff\\x5c");
	assert_says("= 1", "/etc/conf:1: there is no key ");
}

/* name: a key, wanted: what it must be, values: ended by NULL. */
static void assert_refuses(const char *name, const char *wanted,
                           const char *const *values)
{
	for (; *values; values++) {
		AUTO(buf) struct buf text = {0}, said = {0};

		buf_printf(&text, "\n%s = %s\n", name, *values);
		buf_printf(&said, "/etc/conf:2: %s must be %s", name, wanted);
		assert_says(text.data, said.data);
	}
}

static void refuses_bad_bases(void **state)
{
	static const char *const bad[] = {
		"",
		"0",
		"65535",
		"4294836224",
		"4294967295",
		"4294967296",
		"4295032832",           /* 2^32 + 65536 */
		"18446744073709617152", /* 2^64 + 65536 */
		"-1",
		"+65536",
		"0x10000",
		"65536 65536",
		"65536;",
		"'65536'",
		"\"65536\"",
		"= 65536",
		"65 536",
		"\377",
		NULL,
	};

	(void)state;
	assert_refuses("UID_BASE", "a number from 65536 to 4294836223", bad);
}

static void refuses_bad_values(void **state)
{
	static const char *const numbers[] = {"",    "0",    "10001", "-1",
	                                      "1.5", "20/s", "x",     NULL};
	static const char *const seconds[] = {"", "0", "86401", "30s", NULL};
	static const char *const users[] = {
		"",
		"-u",
		"a b",
		"a:b",
		"a/b",
		"\033",
		"a,b",
		"0123456789012345678901234567890123456789012345678901234567890"
		"123",
		NULL};
	static const char *const logs[] = {
		"",       "file",          "info",    "stderr loud",
		"Syslog", "syslog info x", "syslogd", "stderrinfo",
		NULL};
	static const char *const paths[] = {"", "srv", "./srv", "~", NULL};

	(void)state;
	assert_refuses("RATE", "a number from 1 to 10000", numbers);
	assert_refuses("BURST", "a number from 1 to 10000", numbers);
	assert_refuses("HANDLER_TIMEOUT", "a number of seconds from 1 to 86400",
	               seconds);
	assert_refuses("HANDLER_USER", "a user's name or number", users);
	assert_refuses("LOG",
	               "stderr, syslog or journal, and a level: error, info or "
	               "debug",
	               logs);
	assert_refuses("SUBHOST", "a path that begins with /", paths);
}

static void reads_every_place_and_level(void **state)
{
	static const char *const places[] = {"stderr", "syslog", "journal"};
	static const char *const levels[] = {"error", "info", "debug"};

	(void)state;
	for (int i = 0; i < 9; i++) {
		AUTO(vzdaemon) struct vzdaemon v = {0};
		AUTO(buf) struct buf text = {0};

		buf_printf(&text, "LOG = %s\t%s", places[i / 3], levels[i % 3]);
		read_into(&v, text.data);
		assert_int_equal((int)v.log, i / 3);
		assert_int_equal((int)v.level, i % 3);
	}
}

static void cuts_a_long_key(void **state)
{
	AUTO(buf) struct buf text = {0};
	struct err err = {0};
	struct vzdaemon v = {0};

	(void)state;
	for (int i = 0; i < 5000; i++)
		buf_puts(&text, "\033");
	buf_puts(&text, "=1");
	assert_int_equal(vzdaemon_parse(text.data, "c", &v, &err), -EINVAL);
	assert_in_range(strlen(err.text), 100, 200);
	assert_non_null(strstr(err.text, "there is no key "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_usual),
		cmocka_unit_test(reads_every_key),
		cmocka_unit_test(the_last_line_counts),
		cmocka_unit_test(reads_uid_base),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(refuses_bad_bases),
		cmocka_unit_test(refuses_bad_values),
		cmocka_unit_test(reads_every_place_and_level),
		cmocka_unit_test(cuts_a_long_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
