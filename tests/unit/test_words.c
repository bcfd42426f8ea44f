/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/words.h"

/* Each word with | behind it. */
static void assert_splits(const char *text, const char *wanted)
{
	AUTO(words) struct words w = {0};
	AUTO(buf) struct buf shown = {0};

	assert_int_equal(words_split(&w, text), 0);
	for (size_t i = 0; i < w.n; i++)
		buf_printf(&shown, "%s|", w.v[i]);
	assert_string_equal(buf_text(&shown), wanted);
	if (w.n)
		assert_null(w.v[w.n]);
	else
		assert_null(w.v);
}

static void parts_at_blanks(void **state)
{
	(void)state;
	assert_splits("", "");
	assert_splits(" \t\n", "");
	assert_splits("a", "a|");
	assert_splits(" a\t b\n\nc ", "a|b|c|");
	assert_splits("a\rb\vc\fd", "a\rb\vc\fd|");
	assert_splits("/bin/sh -c x", "/bin/sh|-c|x|");
}

static void expands_nothing(void **state)
{
	(void)state;
	assert_splits("$A ${B} $(c) `d` * ? [e] {f,g} ~ #h ; & | < > ! \033",
	              "$A|${B}|$(c)|`d`|*|?|[e]|{f,g}|~|#h|;|&|||<|>|!|\033|");
	assert_splits("\303\244 \377", "\303\244|\377|");
}

static void knows_quotes(void **state)
{
	(void)state;
	assert_splits("'a b' c", "a b|c|");
	assert_splits("\"a b\" c", "a b|c|");
	assert_splits("'\"' \"'\"", "\"|'|");
	assert_splits("a'b'\"c\"d", "abcd|");
	assert_splits("'a\tb\nc'", "a\tb\nc|");
	assert_splits("''", "|");
	assert_splits("\"\"", "|");
	assert_splits("'' a \"\" b''", "|a||b|");
	assert_splits("''\"\"''", "|");
}

static void knows_backslashes(void **state)
{
	(void)state;
	assert_splits("a\\ b", "a b|");
	assert_splits("\\'a \\\"b", "'a|\"b|");
	assert_splits("\\\\", "\\|");
	assert_splits("\\a", "a|");
	assert_splits("'a\\' b", "a\\|b|");
	assert_splits("\"a\\\"b\\\\c\"", "a\"b\\c|");
	assert_splits("\"\\$ \\`\"", "$ `|");
	assert_splits("\"a\\n \\x\"", "a\\n \\x|");
	assert_splits("a \\\n b\\\nc \"d\\\ne\" \\\n", "a|bc|de|");
	assert_splits("a\\", "a\\|");
	assert_splits("\\", "\\|");
}

static void refuses_an_open_quote(void **state)
{
	static const char *const bad[] = {
		"'",     "\"",     "a 'b", "a \"b c", "'a'b'",
		"\"a\\", "\"\\\"", "'\"",  "\"'",     "a ''\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		AUTO(words) struct words w = {0};

		assert_int_equal(words_split(&w, bad[i]), -EINVAL);
	}
}

static void adds_to_what_is_there(void **state)
{
	AUTO(words) struct words w = {0};
	char text[] = "mine";

	(void)state;
	words_add(&w, text);
	text[0] = 'f';
	assert_int_equal(words_split(&w, "a b"), 0);
	words_add(&w, "");
	assert_int_equal(w.n, 4);
	assert_string_equal(w.v[0], "mine");
	assert_string_equal(w.v[1], "a");
	assert_string_equal(w.v[2], "b");
	assert_string_equal(w.v[3], "");
	assert_null(w.v[4]);
}

static void holds_many(void **state)
{
	AUTO(words) struct words w = {0};
	AUTO(buf) struct buf text = {0};

	(void)state;
	for (int i = 0; i < 3000; i++)
		buf_printf(&text, "%d ", i);
	assert_int_equal(words_split(&w, buf_text(&text)), 0);
	assert_int_equal(w.n, 3000);
	assert_string_equal(w.v[2999], "2999");
	assert_null(w.v[3000]);
}

static void is_empty_when_done(void **state)
{
	struct words w = {0};

	(void)state;
	words_done(&w);
	words_add(&w, "a");
	words_done(&w);
	words_done(&w);
	assert_null(w.v);
	assert_int_equal(w.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_at_blanks),
		cmocka_unit_test(expands_nothing),
		cmocka_unit_test(knows_quotes),
		cmocka_unit_test(knows_backslashes),
		cmocka_unit_test(refuses_an_open_quote),
		cmocka_unit_test(adds_to_what_is_there),
		cmocka_unit_test(holds_many),
		cmocka_unit_test(is_empty_when_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
