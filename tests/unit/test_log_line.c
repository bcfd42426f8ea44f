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
#include "base/mem.h"
#include "model/log_line.h"

#define STAMP "2026-11-21T10:00:00.123456Z"
#define ALL   SIZE_MAX

/* All of text, cut into pieces of in bytes, with out bytes of room each. */
static void put(struct log_line *l, const char *text, size_t in, size_t out,
                struct buf *b)
{
	AUTO(mem) char *room = mem_new0(out);
	size_t n = strlen(text);

	while (n) {
		size_t len = n < in ? n : in;
		struct log_piece p = {.in = text,
		                      .n = len,
		                      .out = room,
		                      .room = out,
		                      .budget = SIZE_MAX};

		log_line_put(l, STAMP, &p);
		assert_true(p.n < len || p.out > room);
		buf_add(b, room, (size_t)(p.out - room));
		n -= len - p.n;
		text = p.in;
	}
}

static void assert_becomes(const char *text, const char *wanted)
{
	static const size_t cuts[] = {1, 2, 3, 7, 100, 100000};

	for (size_t i = 0; i < 6; i++) {
		for (size_t k = 0; k < 6; k++) {
			AUTO(buf) struct buf b = {0};
			struct log_line l = {0};
			char end[2];

			put(&l, text, cuts[i], cuts[k] + LOG_HEAD_BYTES, &b);
			buf_add(&b, end, log_line_end(&l, end));
			assert_string_equal(buf_text(&b), wanted);
			assert_int_equal(log_line_end(&l, end), 0);
		}
	}
}

static void puts_a_stamp_before_each_line(void **state)
{
	(void)state;
	assert_becomes("a\n", STAMP " a\n");
	assert_becomes("a\nb c\n\nd\n",
	               STAMP " a\n" STAMP " b c\n" STAMP " \n" STAMP " d\n");
	assert_becomes("half", STAMP " half\n");
}

static void takes_out_what_a_terminal_puts_in(void **state)
{
	(void)state;
	assert_becomes("a\r\nb\r\n", STAMP " a\n" STAMP " b\n");
	assert_becomes("a\r\r\n", STAMP " a\r\n");
	assert_becomes("1%\r2%\r\r3%\r\n", STAMP " 1%\r2%\r\r3%\n");
	assert_becomes("\r\n\r", STAMP " \n" STAMP " \r\n");
	assert_becomes("\r\r", STAMP " \r\r\n");
	assert_becomes("a\r", STAMP " a\r\n");
}

static void takes_long_lines_apart(void **state)
{
	AUTO(buf) struct buf text = {0}, wanted = {0};

	(void)state;
	for (int i = 0; i < LOG_LINE_MAX; i++)
		buf_putc(&text, (char)('a' + i % 26));
	buf_printf(&wanted, STAMP " %s\n", text.data);
	buf_putc(&text, '\n');
	assert_becomes(text.data, wanted.data);
	memcpy(text.data + LOG_LINE_MAX, "\r", 1);
	buf_puts(&text, "\n");
	assert_becomes(text.data, wanted.data);
	text.data[--text.len] = '\0';
	/* One byte more, and a return that ends it, or not. */
	text.data[LOG_LINE_MAX] = 'X';
	buf_puts(&wanted, STAMP "+X\n");
	assert_becomes(text.data, wanted.data);
	buf_puts(&text, "\r\n");
	assert_becomes(text.data, wanted.data);
	buf_puts(&text, "b");
	buf_puts(&wanted, STAMP " b\n");
	assert_becomes(text.data, wanted.data);
}

static void begins_no_line_past_its_budget(void **state)
{
	struct log_line l = {0};
	char out[200];
	struct log_piece p = {.in = "one\ntwo\nthree",
	                      .n = 13,
	                      .out = out,
	                      .room = sizeof(out),
	                      .budget = 33};

	(void)state;
	log_line_put(&l, STAMP, &p);
	assert_int_equal(p.n, 5); /* two fits, having begun before */
	assert_int_equal(p.out - out, 64);
	log_line_put(&l, STAMP, &p);
	assert_int_equal(p.n, 5);
	p.budget = 1;
	log_line_put(&l, STAMP, &p);
	assert_int_equal(p.n, 0);
	assert_memory_equal(out + 64, STAMP " three", 33);
}

static void goes_on_after_words_of_ours(void **state)
{
	AUTO(buf) struct buf b = {0};
	struct log_line l = {0};
	char end[2];

	(void)state;
	put(&l, "a\r", ALL, 100, &b);
	buf_add(&b, end, log_line_tear(&l, end));
	put(&l, "b\rc\r", ALL, 100, &b);
	buf_add(&b, end, log_line_tear(&l, end));
	assert_int_equal(log_line_tear(&l, end), 0);
	put(&l, "\nd\n", ALL, 100, &b);
	assert_int_equal(log_line_tear(&l, end), 0);
	assert_string_equal(buf_text(&b), STAMP " a\n" STAMP "+\rb\rc\n" STAMP
	                                        "+\n" STAMP " d\n");
}

static void writes_the_time(void **state)
{
	char stamp[LOG_STAMP_BYTES + 1];

	(void)state;
	log_stamp(0, stamp);
	assert_string_equal(stamp, "1970-01-01T00:00:00.000000Z");
	log_stamp(1795255200123456, stamp);
	assert_string_equal(stamp, "2026-11-21T10:00:00.123456Z");
	log_stamp(UINT64_MAX, stamp);
	assert_int_equal(strlen(stamp), LOG_STAMP_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_a_stamp_before_each_line),
		cmocka_unit_test(takes_out_what_a_terminal_puts_in),
		cmocka_unit_test(takes_long_lines_apart),
		cmocka_unit_test(begins_no_line_past_its_budget),
		cmocka_unit_test(goes_on_after_words_of_ours),
		cmocka_unit_test(writes_the_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
