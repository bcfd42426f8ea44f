/* SPDX-License-Identifier: MIT */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cast/path.h"

static void knows_a_path(void **state)
{
	(void)state;
	assert_null(path_fault("/"));
	assert_null(path_fault("/a"));
	assert_null(path_fault("/a/b.c/..d/.e/f../..."));
	assert_null(path_fault("/a b\n\xff"));
}

static void says_what_is_wrong(void **state)
{
	static const struct {
		const char *path, *fault;
	} bad[] = {
		{"", "a path starts with /"},
		{"a", "a path starts with /"},
		{"./a", "a path starts with /"},
		{"//", "a path has no //"},
		{"//a", "a path has no //"},
		{"/a//b", "a path has no //"},
		{"/a//", "a path has no //"},
		{"/a/", "a path does not end with /"},
		{"/.", "a path has no . or .. in it"},
		{"/..", "a path has no . or .. in it"},
		{"/a/./b", "a path has no . or .. in it"},
		{"/a/../b", "a path has no . or .. in it"},
		{"/a/b/..", "a path has no . or .. in it"},
		{"/../a", "a path has no . or .. in it"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_string_equal(path_fault(bad[i].path), bad[i].fault);
}

static void has_a_longest_path(void **state)
{
	char path[CAST_PATH_MAX + 1] = "/";

	(void)state;
	memset(path + 1, 'a', CAST_PATH_MAX - 2);
	assert_null(path_fault(path));
	path[CAST_PATH_MAX - 1] = 'a';
	assert_string_equal(path_fault(path), "a path has at most 4095 bytes");
}

static void covers_whole_components(void **state)
{
	(void)state;
	assert_true(path_covers("/", "/"));
	assert_true(path_covers("/", "/a"));
	assert_true(path_covers("/a", "/a"));
	assert_true(path_covers("/a", "/a/b/c"));
	assert_false(path_covers("/a", "/"));
	assert_false(path_covers("/a", "/ab"));
	assert_false(path_covers("/a/b", "/a"));
	assert_false(path_covers("/a/b", "/a/c"));
	assert_false(path_covers("/b", "/a"));
}

static void overlaps_both_ways(void **state)
{
	(void)state;
	assert_true(path_overlaps("/a", "/a/b"));
	assert_true(path_overlaps("/a/b", "/a"));
	assert_true(path_overlaps("/a", "/a"));
	assert_false(path_overlaps("/a", "/ab"));
	assert_false(path_overlaps("/a/b", "/a/c"));
}

static void reserves_what_is_the_systems(void **state)
{
	static const char *const yes[] = {"/",        "/proc",     "/proc/1",
	                                  "/sys",     "/sys/a/b",  "/dev",
	                                  "/dev/shm", "/syscmd",   "/syscmd/a",
	                                  "/.syscmd", "/.syscmd/a"};
	static const char *const no[] = {"/a",         "/process", "/var/proc",
	                                 "/sysc",      "/devel",   "/syscmds",
	                                 "/.syscmd.x", "/run",     "/tmp"};

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		assert_true(path_is_reserved(yes[i]));
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		assert_false(path_is_reserved(no[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_a_path),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(has_a_longest_path),
		cmocka_unit_test(covers_whole_components),
		cmocka_unit_test(overlaps_both_ways),
		cmocka_unit_test(reserves_what_is_the_systems),
	};

	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
