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
#include "model/ranges.h"

#define LAST 4294836223u /* no range may reach the last ids */

static void assert_found(const char *text, const char *name, uint32_t wanted)
{
	AUTO(buf) struct buf added = {0};
	uint32_t base = 1;

	assert_int_equal(
		ranges_find(text, name, RANGES_UID_BASE, &base, &added), 0);
	assert_int_equal(base, wanted);
	assert_int_equal(added.len, 0);
}

static void assert_allocated(const char *text, uint32_t uid_base,
                             uint32_t wanted)
{
	AUTO(buf) struct buf added = {0}, line = {0};
	uint32_t base = 1;

	assert_int_equal(ranges_find(text, "new", uid_base, &base, &added), 0);
	assert_int_equal(base, wanted);
	buf_printf(&line, "new %u\n", wanted);
	assert_string_equal(buf_text(&added), buf_text(&line));
}

static void assert_refused(const char *text, const char *name,
                           uint32_t uid_base, int code)
{
	AUTO(buf) struct buf added = {0};
	uint32_t base = 1;

	assert_int_equal(ranges_find(text, name, uid_base, &base, &added),
	                 code);
	assert_int_equal(base, 1);
	assert_int_equal(added.len, 0);
}

static void finds(void **state)
{
	static const char *const text = "web 589824\n\ndb 655360\n"
					"we 720896\nlast 4294836223";

	(void)state;
	assert_found(text, "web", 589824);
	assert_found(text, "db", 655360);
	assert_found(text, "we", 720896);
	assert_found(text, "last", LAST);
}

static void allocates(void **state)
{
	(void)state;
	assert_allocated("", RANGES_UID_BASE, 589824);
	assert_allocated("\n\n", RANGES_UID_BASE, 589824);
	assert_allocated("web 589824\n", RANGES_UID_BASE, 655360);
	assert_allocated("web 589824\nNEW 655360\nnewer 720896\n",
	                 RANGES_UID_BASE, 786432);
	assert_allocated("db 655360\nweb 589824\n", RANGES_UID_BASE, 720896);
	/* Ranges of a lower UID_BASE that was there before. */
	assert_allocated("web 131072\n", RANGES_UID_BASE, 589824);
	assert_allocated("", 65536, 131072);
	/* One of such that reaches into where the next would be. */
	assert_allocated("web 565536\n", RANGES_UID_BASE, 631072);
}

static void allocates_until_there_is_none(void **state)
{
	(void)state;
	assert_allocated("", LAST - RANGES_IDS, LAST);
	assert_allocated("web 4294770687\n", RANGES_UID_BASE, LAST);
	assert_refused("", "new", LAST - RANGES_IDS + 1, -ENOSPC);
	assert_refused("", "new", LAST, -ENOSPC);
	assert_refused("web 4294770688\n", "new", RANGES_UID_BASE, -ENOSPC);
	assert_refused("web 4294836223\n", "new", RANGES_UID_BASE, -ENOSPC);
	/* Who has one keeps it. */
	assert_found("web 4294836223\n", "web", LAST);
}

static void mends_a_last_line_without_its_end(void **state)
{
	AUTO(buf) struct buf added = {0};
	uint32_t base;

	(void)state;
	assert_int_equal(ranges_find("web 589824", "new", RANGES_UID_BASE,
	                             &base, &added),
	                 0);
	assert_string_equal(buf_text(&added), "\nnew 655360\n");
}

/* As start after start does it: each its own, and no two share an id. */
static void gives_each_its_own(void **state)
{
	AUTO(buf) struct buf text = {0};
	uint32_t base, again;
	char name[] = "a0";

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		name[0] = (char)('a' + i / 10);
		name[1] = (char)('0' + i % 10);
		assert_int_equal(ranges_find(buf_text(&text), name,
		                             RANGES_UID_BASE, &base, &text),
		                 0);
		assert_int_equal(base, RANGES_UID_BASE + (i + 1) * RANGES_IDS);
		assert_int_equal(ranges_find(buf_text(&text), name,
		                             RANGES_UID_BASE, &again, &text),
		                 0);
		assert_int_equal(base, again);
	}
}

static void refuses_garbage(void **state)
{
	static const char *const bad[] = {
		"x",
		"x ",
		"x  589824",
		"x -1",
		"x +589824",
		"x 0x90000",
		"x 589824 ",
		"x 589824\r",
		"x a",
		"x 589824x",
		"x 4294967296",
		"x y 589824",
		" ",
		"\377\033",
		"589824",
		"x\t589824",
		"x=589824",
		"x 18446744073709551616",
		"x 0",
		"x 65535",
		"x 4294836224",
		"x 4294967295",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		AUTO(buf) struct buf text = {0};

		assert_refused(bad[i], "new", RANGES_UID_BASE, -EINVAL);
		assert_refused(bad[i], "x", RANGES_UID_BASE, -EINVAL);
		buf_printf(&text, "web 589824\n%s\nnew 655360\n", bad[i]);
		assert_refused(buf_text(&text), "new", RANGES_UID_BASE,
		               -EINVAL);
	}
}

static void assert_moved(const char *text, const char *old, const char *new,
                         const char *wanted)
{
	AUTO(buf) struct buf b = {0};

	ranges_move(text, old, new, &b);
	assert_string_equal(buf_text(&b), wanted);
}

static void moves(void **state)
{
	static const char *const text = "web 1\nwe 2\nweb2 3\n";

	(void)state;
	assert_moved(text, "web", "www", "www 1\nwe 2\nweb2 3\n");
	assert_moved(text, "we", "www", "web 1\nwww 2\nweb2 3\n");
	assert_moved(text, "web", "web2", "web2 1\nwe 2\n");
	assert_moved(text, "db", "web", text);
	assert_moved(text, "web", NULL, "we 2\nweb2 3\n");
	assert_moved(text, "db", NULL, text);
	assert_moved("web 1", "web", "db", "db 1\n");
	assert_moved("web 1\n", "web", NULL, "");
	assert_moved("", "web", NULL, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds),
		cmocka_unit_test(allocates),
		cmocka_unit_test(allocates_until_there_is_none),
		cmocka_unit_test(mends_a_last_line_without_its_end),
		cmocka_unit_test(gives_each_its_own),
		cmocka_unit_test(refuses_garbage),
		cmocka_unit_test(moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
