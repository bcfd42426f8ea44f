/* SPDX-License-Identifier: MIT */
/* sub/event: lines, escapes, and the older half. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "sub/event.h"
#include "sub/place.h"

static char dir[] = "/tmp/test_event.XXXXXX";
static int dir_fd;
static const struct places places = {.run = dir};

static int set_up(void **state)
{
	(void)state;
	dir_fd = mkdtemp(dir) ? open(dir, O_RDONLY | O_DIRECTORY) : -1;
	return dir_fd < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	event_forget(dir_fd);
	close(dir_fd);
	return rmdir(dir);
}

static void read_back(const char *file, struct buf *b)
{
	assert_int_equal(file_read(dir_fd, file, 4 << 20, b), 0);
}

static void test_parse(void **state)
{
	static const char *const bad[] = {
		"",
		"x",
		"1\tweb",
		"1\tweb\tup",
		"\tweb\tup\t",
		"1\t\tup\t",
		"1\tweb\t\tx",
		"1x\tweb\tup\t",
		"0\tweb\tup\t",
	};
	char good[] = "17\tweb\tstarted\tinit is\tpid 1";
	struct event e = {0};

	(void)state;
	assert_true(event_parse(good, &e));
	assert_int_equal(e.time, 17);
	assert_string_equal(e.name, "web");
	assert_string_equal(e.what, "started");
	assert_string_equal(e.text, "init is\tpid 1");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		AUTO(mem) char *line = strdup(bad[i]);

		assert_false(event_parse(line, &e));
	}
}

static void test_add(void **state)
{
	static const struct places nowhere = {.run = "/nonexistent"};
	AUTO(buf) struct buf b = {0};
	struct event e;

	(void)state;
	assert_int_equal(event_add(&nowhere, "web", "x", ""), -ENOENT);
	assert_int_equal(event_add(&places, "web", "refused", "a\tb\n\033"), 0);
	read_back(EVENT_FILE, &b);
	assert_int_equal(b.data[b.len - 1], '\n');
	b.data[b.len - 1] = '\0';
	assert_true(event_parse(b.data, &e));
	assert_true(e.time > 1600000000000000);
	assert_string_equal(e.text, "a\\x09b\\x0a\\x1b");
}

static void test_cut(void **state)
{
	AUTO(buf) struct buf b = {0};
	char text[3 * EVENT_TEXT_MAX];

	(void)state;
	event_forget(dir_fd);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(event_add(&places, "web", "refused", text), 0);
	read_back(EVENT_FILE, &b);
	assert_true(b.len < EVENT_TEXT_MAX + 64);
	assert_non_null(strstr(b.data, "x...\n"));
}

/* What is full is put aside, once; nothing is lost but the oldest. */
static void test_full(void **state)
{
	AUTO(buf) struct buf now = {0}, older = {0};
	char text[1001];
	size_t n = 0;
	struct stat st;

	(void)state;
	event_forget(dir_fd);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (; n < 1000; n++)
		assert_int_equal(event_add(&places, "web", "up", text), 0);
	read_back(EVENT_FILE, &now);
	read_back(EVENT_OLDER, &older);
	assert_true(older.len >= EVENT_FILE_MAX);
	assert_true(older.len < EVENT_FILE_MAX + 2000);
	assert_true(now.len < EVENT_FILE_MAX);
	for (n = 0; n < 1000; n++)
		assert_int_equal(event_add(&places, "web", "up", text), 0);
	assert_int_equal(fstatat(dir_fd, EVENT_OLDER, &st, 0), 0);
	assert_true((size_t)st.st_size < EVENT_FILE_MAX + 2000);
	event_forget(dir_fd);
	assert_int_equal(faccessat(dir_fd, EVENT_FILE, F_OK, 0), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests_name("event", tests, set_up, tear_down);
}
