/* SPDX-License-Identifier: MIT */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "cast/percent.h"

static void assert_encodes(const char *text, const char *wanted)
{
	AUTO(buf) struct buf b = {0};
	AUTO(mem) char *back = percent_decode(wanted, strlen(wanted));

	percent_encode(&b, text);
	assert_string_equal(buf_text(&b), wanted);
	assert_int_equal(percent_length(text), b.len);
	assert_non_null(back);
	assert_string_equal(back, text);
}

static void assert_decodes(const char *text, const char *wanted)
{
	AUTO(mem) char *decoded = percent_decode(text, strlen(text));

	if (!wanted)
		assert_null(decoded);
	else
		assert_string_equal(decoded, wanted);
}

static void writes_what_means_something(void **state)
{
	(void)state;
	assert_encodes("", "");
	assert_encodes("/var/tmp", "/var/tmp");
	assert_encodes("/a_b-c.d+e@f~g[h]{i}!\"$&'*<>?\\^`|",
	               "/a_b-c.d+e@f~g[h]{i}!\"$&'*<>?\\^`|");
	assert_encodes(", : ( ) = # ; %",
	               "%2C%20%3A%20%28%20%29%20%3D%20%23%20%3B%20%25");
	assert_encodes("\t\n\r\x01\x1f\x7f", "%09%0A%0D%01%1F%7F");
	assert_encodes("\xc3\xbc\xff\x80", "%C3%BC%FF%80");
}

static void every_byte_comes_back(void **state)
{
	char text[256];

	(void)state;
	for (int i = 0; i < 255; i++)
		text[i] = (char)(i + 1);
	text[255] = '\0';
	{
		AUTO(buf) struct buf b = {0};
		AUTO(mem) char *back = NULL;

		percent_encode(&b, text);
		back = percent_decode(b.data, b.len);
		assert_string_equal(back, text);
	}
}

static void reads_more_than_it_writes(void **state)
{
	(void)state;
	assert_decodes("%41%7e%2f", "A~/");
	assert_decodes("%c3%BC", "\xc3\xbc");
	assert_decodes("%2525", "%25");
}

static void refuses_what_is_none(void **state)
{
	static const char *const bad[] = {
		"%",    "a%",  "%4",   "%4g",  "%g4", "%%41", "%00", "a%00b",
		"a,b",  "a:b", "a(b",  "a)b",  "a=b", "a#b",  "a;b", "a b",
		"a\tb", "a\n", "\x7f", "\xc3", "%-1", "%4 ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_decodes(bad[i], NULL);
	assert_null(percent_decode("a\0b", 3));
}

static void reads_no_further_than_told(void **state)
{
	AUTO(mem) char *decoded = percent_decode("abc%41", 3);

	(void)state;
	assert_string_equal(decoded, "abc");
	assert_null(percent_decode("abc%41", 4));
	assert_null(percent_decode("abc%41", 5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_means_something),
		cmocka_unit_test(every_byte_comes_back),
		cmocka_unit_test(reads_more_than_it_writes),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(reads_no_further_than_told),
	};

	return cmocka_run_group_tests_name("percent", tests, NULL, NULL);
}
