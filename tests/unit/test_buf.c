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

static void is_empty_at_first(void **state)
{
	AUTO(buf) struct buf b = {0};

	(void)state;
	assert_string_equal(buf_text(&b), "");
	buf_printf(&b, "%s", "");
	assert_int_equal(b.len, 0);
	buf_puts(&b, "");
	assert_string_equal(buf_text(&b), "");
	buf_add(&b, NULL, 0);
	assert_int_equal(b.len, 0);
	assert_string_equal(buf_text(&b), "");
}

/* Through all sizes, so that each doubling is met from both sides. */
static void grows(void **state)
{
	AUTO(buf) struct buf b = {0};

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		assert_int_equal(b.len, i);
		buf_putc(&b, (char)('a' + i % 26));
		assert_true(b.room > b.len);
		assert_int_equal(b.data[b.len], '\0');
	}
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
}

static void grows_at_once(void **state)
{
	static char much[100000];

	(void)state;
	memset(much, 'x', sizeof(much) - 1);
	for (size_t len = 60; len < 70; len++) {
		AUTO(buf) struct buf b = {0};

		buf_add(&b, much, len);
		assert_int_equal(strlen(buf_text(&b)), len);
	}
	for (size_t len = 60; len < 70; len++) {
		AUTO(buf) struct buf b = {0};

		buf_printf(&b, "%.*s", (int)len, much);
		assert_int_equal(b.len, len);
		assert_int_equal(strlen(buf_text(&b)), len);
	}
	for (size_t before = 0; before < 130; before += 13) {
		AUTO(buf) struct buf b = {0};

		buf_add(&b, much, before);
		buf_printf(&b, "%s", much);
		buf_puts(&b, much);
		assert_int_equal(b.len, before + 2 * (sizeof(much) - 1));
		assert_int_equal(strlen(buf_text(&b)), b.len);
	}
}

static void adds_in_order(void **state)
{
	AUTO(buf) struct buf b = {0};

	(void)state;
	buf_puts(&b, "a");
	buf_putc(&b, 'b');
	buf_printf(&b, "%d%s", 1, "c");
	buf_add(&b, "de", 1);
	assert_string_equal(buf_text(&b), "ab1cd");
	assert_int_equal(b.len, 5);
}

static void keeps_nul_bytes(void **state)
{
	AUTO(buf) struct buf b = {0};

	(void)state;
	buf_add(&b, "a\0b", 3);
	buf_putc(&b, '\0');
	buf_puts(&b, "c");
	assert_int_equal(b.len, 5);
	assert_memory_equal(b.data, "a\0b\0c", 6);
}

static void escapes_what_may_do_harm(void **state)
{
	const struct {
		const char *bytes, *shown;
	} texts[] = {
		{"", ""},
		{"plain ~ !", "plain ~ !"},
		{"a\\b", "a\\x5cb"},
		{"\n\t\r", "\\x0a\\x09\\x0d"},
		{"\033[2J", "\\x1b[2J"},
		{"\033]0;title\a", "\\x1b]0;title\\x07"},
		{"\177\200\377", "\\x7f\\x80\\xff"},
		{"\303\244", "\\xc3\\xa4"},
		{"\342\200\256", "\\xe2\\x80\\xae"},
		{"%s%n", "%s%n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		AUTO(buf) struct buf b = {0};

		buf_escape(&b, texts[i].bytes);
		assert_string_equal(buf_text(&b), texts[i].shown);
	}
}

static void escapes_every_byte(void **state)
{
	(void)state;
	for (int c = 1; c < 256; c++) {
		const char text[] = {(char)c, '\0'};
		AUTO(buf) struct buf b = {0};

		buf_escape(&b, text);
		if (c >= ' ' && c <= '~' && c != '\\') {
			assert_string_equal(buf_text(&b), text);
			continue;
		}
		assert_int_equal(b.len, 4);
		assert_memory_equal(b.data, "\\x", 2);
		assert_int_equal(strtol(b.data + 2, NULL, 16), c);
	}
}

static void hands_on(void **state)
{
	AUTO(buf) struct buf b = {0};
	AUTO(mem) char *empty = buf_take(&b);
	AUTO(mem) char *text = NULL;

	(void)state;
	assert_string_equal(empty, "");
	buf_puts(&b, "x");
	text = buf_take(&b);
	assert_string_equal(text, "x");
	assert_null(b.data);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.room, 0);
	buf_puts(&b, "y");
	assert_string_equal(buf_text(&b), "y");
	assert_string_equal(text, "x");
}

static void is_empty_when_done(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_done(&b);
	buf_puts(&b, "x");
	buf_done(&b);
	buf_done(&b);
	assert_null(b.data);
	assert_int_equal(b.len + b.room, 0);
	assert_string_equal(buf_text(&b), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_empty_at_first),
		cmocka_unit_test(grows),
		cmocka_unit_test(grows_at_once),
		cmocka_unit_test(adds_in_order),
		cmocka_unit_test(keeps_nul_bytes),
		cmocka_unit_test(escapes_what_may_do_harm),
		cmocka_unit_test(escapes_every_byte),
		cmocka_unit_test(hands_on),
		cmocka_unit_test(is_empty_when_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
