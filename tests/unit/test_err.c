/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

#define ROOM sizeof(((struct err *)0)->text)

/* An error with bytes behind it that nobody may touch. */
struct fenced {
	struct err err;
	char fence[64];
};

static void fence(struct fenced *f)
{
	*f = (struct fenced){0};
	memset(f->fence, 0x5a, sizeof(f->fence));
}

static void assert_fenced(const struct fenced *f)
{
	for (size_t i = 0; i < sizeof(f->fence); i++)
		assert_int_equal(f->fence[i], 0x5a);
	assert_non_null(memchr(f->err.text, '\0', sizeof(f->err.text)));
}

static const char *filler(size_t len)
{
	static char text[2 * ROOM];

	assert_true(len < sizeof(text));
	memset(text, 'x', len);
	text[len] = '\0';
	return text;
}

static void says_why(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(err_set(&err, -ENOENT, "cannot open %s", "it"),
	                 -ENOENT);
	assert_int_equal(err.code, -ENOENT);
	assert_string_equal(err.text,
	                    "cannot open it: No such file or directory");
	assert_int_equal(err_set(&err, -EPERM, "%d", 7), -EPERM);
	assert_string_equal(err.text, "7: Operation not permitted");
}

static void survives_unknown_codes(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(err_set(&err, -4095, "x"), -4095);
	assert_memory_equal(err.text, "x: ", 3);
	assert_true(strlen(err.text) > 3);
}

static void says_its_own_words(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(err_say(&err, -EINVAL, "no %s", "way"), -EINVAL);
	assert_int_equal(err.code, -EINVAL);
	assert_string_equal(err.text, "no way");
	assert_int_equal(err_say(&err, -EBUSY, "%s", ""), -EBUSY);
	assert_string_equal(err.text, "");
}

static void wraps(void **state)
{
	struct err err = {0};

	(void)state;
	err_say(&err, -EINVAL, "no");
	assert_int_equal(err_wrap(&err, "%s", "web"), -EINVAL);
	assert_string_equal(err.text, "web: no");
	assert_int_equal(err_wrap(&err, "start"), -EINVAL);
	assert_string_equal(err.text, "start: web: no");
	assert_int_equal(err.code, -EINVAL);
}

static void hints(void **state)
{
	struct err err = {0};

	(void)state;
	err_say(&err, -EBUSY, "it is up");
	assert_int_equal(err_hint(&err, "run %s", "stop"), -EBUSY);
	assert_string_equal(err.text, "it is up; run stop");
}

/* What was said is data, and must not be read as a format again. */
static void takes_percent_signs_as_text(void **state)
{
	struct err err = {0};

	(void)state;
	err_set(&err, -EIO, "%s", "%n%s");
	err_wrap(&err, "%s", "%s%n");
	err_hint(&err, "%s", "%d");
	assert_string_equal(err.text, "%s%n: %n%s: Input/output error; %d");
}

static void cuts_what_is_too_long(void **state)
{
	(void)state;
	for (size_t len = ROOM - 40; len < ROOM + 40; len++) {
		struct fenced f;

		fence(&f);
		assert_int_equal(err_say(&f.err, -EIO, "%s", filler(len)),
		                 -EIO);
		assert_fenced(&f);
		assert_int_equal(strlen(f.err.text),
		                 len < ROOM ? len : ROOM - 1);
		fence(&f);
		assert_int_equal(err_set(&f.err, -EIO, "%s", filler(len)),
		                 -EIO);
		assert_fenced(&f);
		assert_memory_equal(f.err.text, filler(len),
		                    len < ROOM ? len : ROOM - 1);
	}
}

static void cuts_when_it_wraps_and_hints(void **state)
{
	(void)state;
	for (size_t len = ROOM - 40; len < ROOM + 40; len++) {
		struct fenced f;

		fence(&f);
		err_say(&f.err, -EIO, "inner");
		assert_int_equal(err_wrap(&f.err, "%s", filler(len)), -EIO);
		assert_fenced(&f);
		fence(&f);
		err_say(&f.err, -EIO, "%s", filler(len));
		assert_int_equal(err_wrap(&f.err, "outer"), -EIO);
		assert_fenced(&f);
		assert_int_equal(strlen(f.err.text),
		                 len + 7 < ROOM ? len + 7 : ROOM - 1);
		assert_memory_equal(f.err.text, "outer: xx", 9);
		fence(&f);
		err_say(&f.err, -EIO, "%s", filler(len));
		assert_int_equal(err_hint(&f.err, "%s", "do that"), -EIO);
		assert_fenced(&f);
		assert_int_equal(strlen(f.err.text),
		                 len + 9 < ROOM ? len + 9 : ROOM - 1);
	}
}

static void stays_whole_however_often_it_is_wrapped(void **state)
{
	struct fenced f;

	(void)state;
	fence(&f);
	err_say(&f.err, -EIO, "deepest");
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(err_wrap(&f.err, "layer %d", i), -EIO);
		assert_int_equal(err_hint(&f.err, "hint %d", i), -EIO);
		assert_fenced(&f);
	}
	assert_memory_equal(f.err.text, "layer 999: layer 998: ", 22);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_why),
		cmocka_unit_test(survives_unknown_codes),
		cmocka_unit_test(says_its_own_words),
		cmocka_unit_test(wraps),
		cmocka_unit_test(hints),
		cmocka_unit_test(takes_percent_signs_as_text),
		cmocka_unit_test(cuts_what_is_too_long),
		cmocka_unit_test(cuts_when_it_wraps_and_hints),
		cmocka_unit_test(stays_whole_however_often_it_is_wrapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
