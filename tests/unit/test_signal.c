/* SPDX-License-Identifier: MIT */

#include <ctype.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "model/signal.h"

#define FIRST_REAL_TIME 34
#define LAST_SIGNAL     64

static void assert_prints(int number, const char *wanted)
{
	AUTO(buf) struct buf b = {0};

	signal_print(&b, number);
	assert_string_equal(buf_text(&b), wanted);
}

/* The libc knows them too. */
static void knows_all_by_name(void **state)
{
	(void)state;
	for (int number = 1; number < 32; number++) {
		const char *name = sigabbrev_np(number);
		char text[32];

		assert_int_equal(signal_number(name), number);
		snprintf(text, sizeof(text), "SIG%s", name);
		assert_int_equal(signal_number(text), number);
		assert_prints(number, strcmp(name, "POLL") ? text : "SIGIO");
		for (char *c = text; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		assert_int_equal(signal_number(text), number);
		assert_int_equal(signal_number(text + 3), number);
	}
	assert_int_equal(signal_number("SigTerm"), SIGTERM);
	assert_int_equal(signal_number("IO"), SIGIO);
	assert_int_equal(signal_number("POLL"), SIGIO);
}

static void knows_real_time_signals(void **state)
{
	(void)state;
	assert_int_equal(signal_number("RTMIN"), FIRST_REAL_TIME);
	assert_int_equal(signal_number("SIGRTMAX"), LAST_SIGNAL);
	assert_int_equal(signal_number("RTMIN+0"), FIRST_REAL_TIME);
	assert_int_equal(signal_number("sigrtmin+3"), 37);
	assert_int_equal(signal_number("RTMIN+03"), 37);
	assert_int_equal(signal_number("RTMIN+30"), LAST_SIGNAL);
	assert_int_equal(signal_number("RTMAX-0"), LAST_SIGNAL);
	assert_int_equal(signal_number("RtMax-1"), 63);
	assert_int_equal(signal_number("RTMAX-30"), FIRST_REAL_TIME);
}

static void knows_numbers(void **state)
{
	(void)state;
	for (int number = 0; number <= LAST_SIGNAL; number++) {
		char text[16];

		snprintf(text, sizeof(text), "%d", number);
		assert_int_equal(signal_number(text), number);
		snprintf(text, sizeof(text), "%02d", number);
		assert_int_equal(signal_number(text), number);
	}
}

static void refuses_the_rest(void **state)
{
	static const char *const bad[] = {
		"",         "65",
		"99",       "100",
		"015",      "-1",
		"+1",       " 1",
		"1 ",       "1x",
		"0x1",      "SIG",
		"SIG15",    "SIGSIGTERM",
		"TER",      "TERMS",
		"TERM ",    " TERM",
		"TERM\n",   "CLD",
		"RTMIN+",   "RTMIN+31",
		"RTMIN+99", "RTMIN+999",
		"RTMIN-1",  "RTMAX+1",
		"RTMAX-",   "RTMAX-31",
		"RTMIN+-1", "RTMIN+x",
		"RTMIN+1 ", "RTMIN 1",
		"RTMIN++1", "RTMINX",
		"RT",       "RTMIN+ 1",
		"\377",     "\033[2J",
		"%s%n",     "4294967311" /* 2^32 + 15 */,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(signal_number(bad[i]), 0);
}

static void prints(void **state)
{
	AUTO(buf) struct buf b = {0};

	(void)state;
	assert_prints(SIGTERM, "SIGTERM");
	assert_prints(FIRST_REAL_TIME, "SIGRTMIN");
	assert_prints(37, "SIGRTMIN+3");
	assert_prints(63, "SIGRTMIN+29");
	assert_prints(LAST_SIGNAL, "SIGRTMAX");
	assert_prints(32, "32");
	assert_prints(33, "33");
	assert_prints(0, "0");
	assert_prints(-1, "-1");
	assert_prints(65, "65");
	buf_puts(&b, "stop=");
	signal_print(&b, SIGHUP);
	assert_string_equal(buf_text(&b), "stop=SIGHUP");
}

static void reads_what_it_prints(void **state)
{
	(void)state;
	for (int number = 1; number <= LAST_SIGNAL; number++) {
		AUTO(buf) struct buf b = {0};

		signal_print(&b, number);
		assert_int_equal(signal_number(buf_text(&b)), number);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_all_by_name),
		cmocka_unit_test(knows_real_time_signals),
		cmocka_unit_test(knows_numbers),
		cmocka_unit_test(refuses_the_rest),
		cmocka_unit_test(prints),
		cmocka_unit_test(reads_what_it_prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
