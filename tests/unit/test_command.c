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
#include "base/words.h"
#include "model/command.h"

static void assert_prints(const char *line, char *const *command)
{
	AUTO(words) struct words again = {0};
	AUTO(buf) struct buf b = {0};
	size_t n = 0;

	command_print(command, &b);
	assert_string_equal(buf_text(&b), line);
	assert_int_equal(command_parse(line, &again), 0);
	for (; command[n]; n++)
		assert_string_equal(again.v[n], command[n]);
	assert_int_equal(again.n, n);
}

static void comes_back_as_it_was(void **state)
{
	static char sh[] = "/bin/sh", option[] = "-c", text[] = "a b\n%c\"'",
		    empty[] = "", percent[] = "%", bytes[] = "\x01\x7f\xc3\xa4";
	char *const three[] = {sh, option, text, NULL};
	char *const odd[] = {empty, percent, bytes, empty, NULL};
	char *const none[] = {NULL};

	(void)state;
	assert_prints("/bin/sh -c a%20b%0a%25c\"'", three);
	assert_prints("% %25 %01%7f%c3%a4 %", odd);
	assert_prints("", none);
}

static void refuses_anything_else(void **state)
{
	static const char *const lines[] = {" ",   "a ",  " a",   "a  b", "%2",
	                                    "a%",  "%%",  "%2g",  "%g2",  "%00",
	                                    "a%0", "%A0", "% %2", "%20%"};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		AUTO(words) struct words words = {0};

		assert_int_equal(command_parse(lines[i], &words), -EPROTO);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_as_it_was),
		cmocka_unit_test(refuses_anything_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
