/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "cast/message.h"
#include "cast/percent.h"

#define TEN "0123456789"

static void assert_name(const char *file, const char *verb, const char *tag)
{
	char got_verb[MESSAGE_NAME_MAX], got_tag[MESSAGE_NAME_MAX];

	assert_int_equal(message_name(file, got_verb, got_tag), 0);
	assert_string_equal(got_verb, verb);
	assert_string_equal(got_tag, tag);
}

static void reads_names(void **state)
{
	(void)state;
	assert_name("caston", "caston", "");
	assert_name("caston.110", "caston", "110");
	assert_name("c", "c", "");
	assert_name("a_b-9.A.b_c-9", "a_b-9", "A.b_c-9");
	assert_name("caston..", "caston", ".");
	assert_name("a" TEN TEN TEN "1." TEN TEN TEN TEN TEN TEN "1234",
	            "a" TEN TEN TEN "1", TEN TEN TEN TEN TEN TEN "1234");
}

static void refuses_names(void **state)
{
	/* clang-format off */
	static const char *const bad[] = {
		"", ".", "..", ".caston", "caston.", "Caston", "1caston",
		"_caston", "caston 1", "caston.1 2", "caston.a/b", "caston/",
		"caston.\xc3\xa9", "caston.%41", "caston~", ".caston.swp",
		"caston.a\n", "-caston",
		"a" TEN TEN TEN "12",
		"a" TEN TEN TEN "12.1",
		"a." TEN TEN TEN TEN TEN TEN "12345",
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char verb[MESSAGE_NAME_MAX] = "as",
		     tag[MESSAGE_NAME_MAX] = "is";

		assert_int_equal(message_name(bad[i], verb, tag), -EINVAL);
		assert_string_equal(verb, "as");
		assert_string_equal(tag, "is");
	}
}

/* Words by ' ', lines by '|'. */
static void assert_reads(const char *text, const char *lines)
{
	AUTO(message) struct message m = {0};
	AUTO(buf) struct buf got = {0};
	struct err err = {0};

	assert_int_equal(message_parse(text, strlen(text), &m, &err), 0);
	for (size_t i = 0; i < m.n; i++) {
		for (size_t k = 0; k < m.lines[i].n; k++)
			buf_printf(&got, "%s%s", k ? " " : "", m.lines[i].v[k]);
		buf_putc(&got, '|');
	}
	assert_string_equal(buf_text(&got), lines);
}

static void reads_lines(void **state)
{
	(void)state;
	assert_reads("", "|");
	assert_reads("\n", "|");
	assert_reads(" \t\n\n  ", "|");
	assert_reads("host:/usr/portage\n", "host:/usr/portage|");
	assert_reads("host:/usr/portage", "host:/usr/portage|");
	assert_reads("  a \t b  \n\nc%20d\n \n e", "a b|c%20d|e|");
	assert_reads("\xc3\xa9 --ro", "\xc3\xa9 --ro|");
}

static void assert_refuses(const char *text, size_t len, int code,
                           const char *reason)
{
	struct message m = {.n = 7};
	struct err err = {0};

	assert_int_equal(message_parse(text, len, &m, &err), code);
	assert_string_equal(err.text, reason);
	assert_int_equal(m.n, 7);
	assert_null(m.lines);
}

static void refuses_bytes(void **state)
{
	char many[MESSAGE_MAX + 1];

	(void)state;
	assert_refuses("a\0b", 3, -EINVAL, "byte 2 is a control character");
	assert_refuses("ab\r\n", 4, -EINVAL, "byte 3 is a control character");
	assert_refuses("\033[2J", 4, -EINVAL, "byte 1 is a control character");
	assert_refuses("\x7f", 1, -EINVAL, "byte 1 is a control character");
	memset(many, 'a', sizeof(many));
	assert_refuses(many, sizeof(many), -E2BIG, "more than 4096 bytes");
}

static void limits_lines(void **state)
{
	AUTO(message) struct message m = {0};
	AUTO(buf) struct buf text = {0};
	struct err err = {0};

	(void)state;
	for (int i = 0; i < MESSAGE_LINES_MAX; i++)
		buf_puts(&text, "a b\n\n");
	assert_int_equal(message_parse(text.data, text.len, &m, &err), 0);
	assert_int_equal(m.n, MESSAGE_LINES_MAX);
	assert_string_equal(m.lines[63].v[1], "b");
	buf_puts(&text, "c");
	assert_refuses(text.data, text.len, -E2BIG, "more than 64 lines");
	memset(text.data, ' ', text.len);
	assert_reads(text.data, "|");
}

static void reads_the_longest(void **state)
{
	AUTO(message) struct message m = {0};
	char text[MESSAGE_MAX];
	struct err err = {0};

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_int_equal(message_parse(text, sizeof(text), &m, &err), 0);
	assert_int_equal(strlen(m.lines[0].v[0]), sizeof(text));
}

static void assert_prints(const char *text, char *const *words, size_t n)
{
	AUTO(buf) struct buf b = {0};

	message_print(words, n, &b);
	assert_string_equal(buf_text(&b), text);
}

static void prints(void **state)
{
	char peer[] = "host:/a:b c", path[] = "/x:/y", option[] = "--ro";
	char name[] = "104", odd[] = ":/a", url[] = "a:b", percent[] = "5%\n";
	char *words[] = {peer, path, option, name, odd, url, percent};

	(void)state;
	assert_prints("\n", NULL, 0);
	assert_prints("host:/a%3Ab%20c /x%3A/y --ro 104 %3A/a a%3Ab 5%25%0A\n",
	              words, 7);
}

/* What is printed is read as the same words. */
static void reads_what_it_prints(void **state)
{
	AUTO(message) struct message m = {0};
	AUTO(buf) struct buf b = {0};
	char word[256], *words[] = {word, word};
	AUTO(mem) char *back = NULL;
	struct err err = {0};

	(void)state;
	word[255] = '\0';
	for (int i = 0; i < 255; i++)
		word[i] = (char)(i + 1);
	message_print(words, 2, &b);
	assert_int_equal(message_parse(b.data, b.len, &m, &err), 0);
	assert_int_equal(m.n, 1);
	assert_int_equal(m.lines[0].n, 2);
	back = percent_decode(m.lines[0].v[1], strlen(m.lines[0].v[1]));
	assert_non_null(back);
	assert_string_equal(back, word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_names),
		cmocka_unit_test(refuses_names),
		cmocka_unit_test(reads_lines),
		cmocka_unit_test(refuses_bytes),
		cmocka_unit_test(limits_lines),
		cmocka_unit_test(reads_the_longest),
		cmocka_unit_test(prints),
		cmocka_unit_test(reads_what_it_prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
