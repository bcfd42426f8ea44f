/* SPDX-License-Identifier: MIT */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/name.h"

#define LONGEST                                                                \
	"a23456789012345678901234567890123456789012345678901234567890123"

static void takes_names(void **state)
{
	static const char *const good[] = {"a",        "9",     "web",
	                                   "a_b.c-d",  "A.",    "hosts",
	                                   "all-them", LONGEST, "none1"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_true(name_is_valid(good[i]));
		assert_string_equal(name_fault(good[i]), "it is a valid name");
	}
}

static void says_what_is_wrong(void **state)
{
	static const char *const start =
		"a name starts with a letter or a digit";
	static const char *const made =
		"a name is made of letters, digits, '_', '.' and '-'";
	static const char *const reserved =
		"host, published, none, all and scripts are reserved";
	const struct {
		const char *name, *fault;
	} bad[] = {
		{"", "a name has at least one byte"},
		{LONGEST "4", "a name has at most 63 bytes"},
		{".", start},
		{"..", start},
		{"-x", start},
		{"_x", start},
		{"\xc3\xa4", start},
		{"a/b", made},
		{"a b", made},
		{"a\n", made},
		{"a@b", made},
		{"x\xc3\xa4", made},
		{"host", reserved},
		{"Published", reserved},
		{"NONE", reserved},
		{"aLL", reserved},
		{"scripts", reserved},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_false(name_is_valid(bad[i].name));
		assert_string_equal(name_fault(bad[i].name), bad[i].fault);
	}
}

static void counts_edits(void **state)
{
	(void)state;
	assert_int_equal(name_distance("", ""), 0);
	assert_int_equal(name_distance("", "abc"), 3);
	assert_int_equal(name_distance("abc", ""), 3);
	assert_int_equal(name_distance("web", "web"), 0);
	assert_int_equal(name_distance("web", "wb"), 1);
	assert_int_equal(name_distance("web", "weeb"), 1);
	assert_int_equal(name_distance("web", "wet"), 1);
	assert_int_equal(name_distance("web", "wbe"), 1);
	assert_int_equal(name_distance("INTI", "INIT"), 1);
	assert_int_equal(name_distance("kitten", "sitting"), 3);
	assert_int_equal(name_distance("ca", "abc"), 3);
}

static void knows_what_was_meant(void **state)
{
	(void)state;
	assert_true(name_is_near("INTI", "INIT"));
	assert_true(name_is_near("WEB", "web"));
	assert_true(name_is_near("ENVIROMENT", "ENVIRONMENT"));
	assert_true(name_is_near("PRIVATEUSERS", "PRIVATE_USERS"));
	assert_true(name_is_near("wbe", "web"));
	assert_false(name_is_near("PORT", "INIT"));
	assert_false(name_is_near("a", "b"));
	assert_false(name_is_near("TMP", "TMPFS"));
	assert_false(name_is_near("", "web"));
	assert_false(name_is_near("webserver", "web"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_names),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(counts_edits),
		cmocka_unit_test(knows_what_was_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
