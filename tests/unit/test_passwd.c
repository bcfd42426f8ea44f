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
#include "model/passwd.h"

static const char users[] = "root:x:0:0:root:/root:/bin/bash\n"
			    "www-data:x:33:34:www,,:/var/www:/bin/sh\n"
			    "1000:x:7:7::/seven:/bin/sh\n"
			    "ana:x:1000:1001::/home/ana:/bin/sh\n"
			    "ana:x:1:1::/never:/bin/sh\n"
			    "bob:x:1000:1002::/home/bob:/bin/sh\n";

static const char groups[] = "root:x:0:\n"
			     "adm:x:4:ana,bob\n"
			     "ssl:x:5:bob,ana\n"
			     "ana:x:1001:\n"
			     "games:x:60:anna,an,xana\n"
			     "tape:x:26:ana\n";

static void assert_finds(const char *user, uid_t uid, gid_t gid,
                         const char *home)
{
	struct passwd p;

	assert_int_equal(passwd_find(users, groups, user, &p), 0);
	assert_int_equal(p.uid, uid);
	assert_int_equal(p.gid, gid);
	assert_string_equal(p.home, home);
}

static void assert_is_not_there(const char *text, const char *user)
{
	struct passwd p, before;

	memset(&p, 0x5a, sizeof(p));
	before = p;
	assert_int_equal(passwd_find(text, groups, user, &p), -ENOENT);
	assert_memory_equal(&p, &before, sizeof(p));
}

static void finds_names(void **state)
{
	(void)state;
	assert_finds("root", 0, 0, "/root");
	assert_finds("www-data", 33, 34, "/var/www");
	assert_finds("ana", 1000, 1001, "/home/ana");
	assert_finds("bob", 1000, 1002, "/home/bob");
	assert_is_not_there(users, "www");
	assert_is_not_there(users, "ROOT");
	assert_is_not_there(users, "carl");
	assert_is_not_there(users, "");
	assert_is_not_there("", "root");
}

static void finds_numbers(void **state)
{
	(void)state;
	assert_finds("0", 0, 0, "/root");
	assert_finds("33", 33, 34, "/var/www");
	assert_finds("0033", 33, 34, "/var/www");
	/* A name may look like a number; the first line that fits is it. */
	assert_finds("1000", 7, 7, "/seven");
	assert_finds("01000", 1000, 1001, "/home/ana");
}

static void lets_a_number_stand_for_itself(void **state)
{
	struct passwd p;

	(void)state;
	assert_finds("4242", 4242, 4242, "/");
	assert_int_equal(passwd_find(users, groups, "4242", &p), 0);
	assert_int_equal(p.n_groups, 0);
	assert_int_equal(passwd_find("", "", "0", &p), 0);
	assert_int_equal(p.uid + p.gid, 0);
	assert_string_equal(p.home, "/");
}

static void knows_the_biggest_id(void **state)
{
	static const char *const text = "big:x:4294967294:4294967294::/b:\n"
					"over:x:4294967295:1::/o:\n"
					"group:x:1:4294967295::/g:\n";
	static const char *const too_big[] = {
		"4294967295", "4294967296", "18446744073709551615",
		"18446744073709551616", "99999999999999999999999999999999"};
	struct passwd p;

	(void)state;
	assert_int_equal(passwd_find(text, "", "big", &p), 0);
	assert_true(p.uid == 4294967294 && p.gid == 4294967294);
	assert_int_equal(passwd_find("", "", "4294967294", &p), 0);
	assert_true(p.uid == 4294967294 && p.gid == 4294967294);
	assert_is_not_there(text, "over");
	assert_is_not_there(text, "group");
	for (size_t i = 0; i < sizeof(too_big) / sizeof(*too_big); i++)
		assert_is_not_there(text, too_big[i]);
}

static void refuses_what_is_no_number(void **state)
{
	static const char *const bad[] = {"-1",  "+1",  " 1",  "1 ",
	                                  "0x1", "1e3", "1\n", "\377",
	                                  "/",   "1:2", ":",   "root:x"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_is_not_there(users, bad[i]);
}

static void passes_hostile_lines(void **state)
{
	static const char *const bad[] = {
		"",
		":",
		"web",
		"web:",
		"web:x:1:1::/h",
		"web:x:1:1",
		"web:x::1::/h:",
		"web:x:1:::/h:",
		"web:x:-1:1::/h:",
		"web:x:1:-1::/h:",
		"web:x: 1:1::/h:",
		"web:x:1 :1::/h:",
		"web:x:0x1:1::/h:",
		"web:x:1:1x::/h:",
		"web:x:99999999999999999999:1::/h:",
		"web:x:1:99999999999999999999::/h:",
		" web:x:1:1::/h:",
		"web :x:1:1::/h:",
		"+web::::::",
		"#web:x:1:1::/h:",
		"\377\033[2J:x:1:1::/h:",
		"::::::",
		"::::::::::::::::::::::::::::::",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		AUTO(buf) struct buf text = {0};
		struct passwd p;

		assert_is_not_there(bad[i], "web");
		buf_printf(&text, "%s\n%s", bad[i], "web:x:8:9::/w:/bin/sh");
		assert_int_equal(
			passwd_find(buf_text(&text), bad[i], "web", &p), 0);
		assert_int_equal(p.uid, 8);
		assert_int_equal(p.gid, 9);
		assert_string_equal(p.home, "/w");
		assert_int_equal(p.n_groups, 0);
		/* By number, what a bad line had is not kept either. */
		assert_int_equal(passwd_find(bad[i], bad[i], "77", &p), 0);
		assert_int_equal(p.uid, 77);
		assert_int_equal(p.gid, 77);
		assert_string_equal(p.home, "/");
	}
}

static void needs_no_newline_at_the_end(void **state)
{
	struct passwd p;

	(void)state;
	assert_int_equal(passwd_find("a:x:5:6:::", "g:x:7:a", "a", &p), 0);
	assert_int_equal(p.uid, 5);
	assert_int_equal(p.gid, 6);
	assert_string_equal(p.home, "");
	assert_int_equal(p.n_groups, 1);
	assert_int_equal(p.groups[0], 7);
	assert_int_equal(
		passwd_find("a:x:5:6::/h:/bin/sh:more:yet", "", "a", &p), 0);
	assert_string_equal(p.home, "/h");
}

static void cuts_a_home_too_long(void **state)
{
	AUTO(buf) struct buf text = {0};
	struct passwd p;

	(void)state;
	buf_puts(&text, "a:x:5:6::/");
	for (int i = 0; i < 5000; i++)
		buf_putc(&text, 'h');
	buf_puts(&text, ":/bin/sh\n");
	assert_int_equal(passwd_find(buf_text(&text), "", "a", &p), 0);
	assert_int_equal(strlen(p.home), PASSWD_HOME_MAX - 1);
}

static void finds_groups(void **state)
{
	struct passwd p;

	(void)state;
	assert_int_equal(passwd_find(users, groups, "ana", &p), 0);
	assert_int_equal(p.n_groups, 3);
	assert_int_equal(p.groups[0], 4);
	assert_int_equal(p.groups[1], 5);
	assert_int_equal(p.groups[2], 26);
	/* By number too: they go by the name that the line has. */
	assert_int_equal(passwd_find(users, groups, "01000", &p), 0);
	assert_int_equal(p.n_groups, 3);
	assert_int_equal(passwd_find(users, groups, "bob", &p), 0);
	assert_int_equal(p.n_groups, 2);
	assert_int_equal(passwd_find(users, groups, "root", &p), 0);
	assert_int_equal(p.n_groups, 0);
}

static void passes_hostile_groups(void **state)
{
	struct passwd p;

	(void)state;
	assert_int_equal(passwd_find(users,
	                             "a:x:-1:ana\n"
	                             "b:x:4294967295:ana\n"
	                             "c:x::ana\n"
	                             "d:x:99999999999999999999:ana\n"
	                             "e:x:9:ana:ana\n"
	                             "f:x:9\n"
	                             "g:ana\n"
	                             "ana\n"
	                             ":::\n"
	                             "h:x:9:,,,ana ,\tana,ana\r,ana\377,,\n"
	                             "\377:\033:12:,,ana,,\n",
	                             "ana", &p),
	                 0);
	assert_int_equal(p.n_groups, 1);
	assert_int_equal(p.groups[0], 12);
}

static void takes_a_limited_number_of_groups(void **state)
{
	AUTO(buf) struct buf text = {0}, members = {0};
	struct passwd p;

	(void)state;
	for (int i = 0; i < 3 * PASSWD_GROUPS_MAX; i++) {
		buf_printf(&text, "g%d:x:%d:ana\n", i, i);
		buf_puts(&members, i ? ",ana" : "g:x:9:ana");
	}
	assert_int_equal(passwd_find(users, buf_text(&text), "ana", &p), 0);
	assert_int_equal(p.n_groups, PASSWD_GROUPS_MAX);
	for (unsigned i = 0; i < PASSWD_GROUPS_MAX; i++)
		assert_int_equal(p.groups[i], i);
	assert_int_equal(passwd_find(users, buf_text(&members), "ana", &p), 0);
	assert_in_range(p.n_groups, 1, PASSWD_GROUPS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_names),
		cmocka_unit_test(finds_numbers),
		cmocka_unit_test(lets_a_number_stand_for_itself),
		cmocka_unit_test(knows_the_biggest_id),
		cmocka_unit_test(refuses_what_is_no_number),
		cmocka_unit_test(passes_hostile_lines),
		cmocka_unit_test(needs_no_newline_at_the_end),
		cmocka_unit_test(cuts_a_home_too_long),
		cmocka_unit_test(finds_groups),
		cmocka_unit_test(passes_hostile_groups),
		cmocka_unit_test(takes_a_limited_number_of_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
