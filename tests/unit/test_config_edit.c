/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"
#include "model/config.h"
#include "model/config_edit.h"

static int edit(const char *text, const char *value, struct buf *b,
                struct err *err)
{
	const struct config_change c = {
		.text = text, .name = "N", .value = value, .where = "config"};

	return config_edit(&c, b, err);
}

/* N=v put into text gives wanted. */
static void assert_edits(const char *text, const char *wanted)
{
	AUTO(buf) struct buf b = {0};
	struct err err = {0};

	if (edit(text, "v", &b, &err) < 0)
		print_message("%s\n", err.text);
	assert_string_equal(buf_text(&b), wanted);
	assert_int_equal(err.code, 0);
}

static void assert_refuses(const char *text, const char *says)
{
	AUTO(buf) struct buf b = {0};
	struct err err = {0};

	assert_int_equal(edit(text, "v", &b, &err), -EINVAL);
	assert_string_equal(err.text, says);
	assert_int_equal(b.len, 0);
}

static void replaces_the_assignment(void **state)
{
	(void)state;
	assert_edits("N=1", "N=\"v\"");
	assert_edits("N=1\n", "N=\"v\"\n");
	assert_edits("N=", "N=\"v\"");
	assert_edits("# N=0\nA=1\nN=1\nB=2 # N=3\n",
	             "# N=0\nA=1\nN=\"v\"\nB=2 # N=3\n");
	assert_edits("N='a b'", "N=\"v\"");
	assert_edits("N=\"a 'b; c\"", "N=\"v\"");
	assert_edits("N='1'\"2\"3", "N=\"v\"");
	assert_edits("N=1 # why", "N=\"v\" # why");
	assert_edits("N=1#2 # why", "N=\"v\" # why");
	assert_edits("N=1;A=2", "N=\"v\";A=2");
	assert_edits("N=1 A=2\n", "N=\"v\" A=2\n");
	assert_edits("\t N=1\n", "\t N=\"v\"\n");
	assert_edits("export N=1\n", "export N=\"v\"\n");
	assert_edits("export\t N=1\n", "export\t N=\"v\"\n");
	assert_edits("N=(1)\n", "N=\"v\"\n");
	assert_edits("NN=1\nN=2\nxN=3", "NN=1\nN=\"v\"\nxN=3");
	assert_edits("N=1\nA=2", "N=\"v\"\nA=2");
}

static void adds_a_line(void **state)
{
	(void)state;
	assert_edits("", "N=\"v\"\n");
	assert_edits("A=1\n", "A=1\nN=\"v\"\n");
	assert_edits("A=1", "A=1\nN=\"v\"\n");
	assert_edits("# N=1", "# N=1\nN=\"v\"\n");
	assert_edits("NN=1\n", "NN=1\nN=\"v\"\n");
	/* Not where the line begins, but the last one counts. */
	assert_edits("A=1; N=2\n", "A=1; N=2\nN=\"v\"\n");
	assert_edits("export A=1\n\n", "export A=1\n\nN=\"v\"\n");
	/* A line that goes on is an assignment more on it. */
	assert_edits("A=1 \\\n", "A=1 \\\nN=\"v\"\n");
}

static void refuses_what_is_set_more_than_once(void **state)
{
	(void)state;
	assert_refuses("N=1\n# N\nN=2",
	               "config:3: sets N, and so does line 1; change it by "
	               "hand");
	assert_refuses("N=1\nN+=2",
	               "config:2: adds to N with +=; change it by hand");
	assert_refuses("\nN+=2",
	               "config:2: adds to N with +=; change it by hand");
}

static void refuses_what_would_change_more(void **state)
{
	(void)state;
	assert_refuses("N=1\nA=${N}0\n",
	               "config:1: N cannot be changed there; do it by hand");
	assert_refuses("N=(1 2)\n",
	               "config:1: N cannot be changed there; do it by hand");
	assert_refuses("A=1\nN=1\\\n2\n",
	               "config:2: N cannot be changed there; do it by hand");
	assert_refuses("N=\"1\n2\"\n",
	               "config:1: N cannot be changed there; do it by hand");
	/* Within the value of another. */
	assert_refuses("A=\"\nN=1\n\"\n",
	               "config:2: N cannot be changed there; do it by hand");
	assert_refuses("A=1\\\nN=2\n",
	               "config:2: N cannot be changed there; do it by hand");
	assert_refuses("N=1\\ 2\n",
	               "config:1: N cannot be changed there; do it by hand");
	assert_refuses("A=1\\\n",
	               "config: N cannot be added at its end; do it by hand");
}

/* What config_parse() does not take is not edited. */
static void refuses_what_cannot_be_read(void **state)
{
	(void)state;
	assert_refuses("N=1\ncat <<END\nN=2\nEND\n",
	               "config:3: sets N, and so does line 1; change it by "
	               "hand");
	assert_refuses("cat <<END\nN=2\nEND\n",
	               "config:2: N cannot be changed there; do it by hand");
	assert_refuses("N=1\r\n",
	               "config:1: N cannot be changed there; do it by hand");
	assert_refuses("A=$(date)\n",
	               "config: N cannot be added at its end; do it by hand");
	assert_refuses("A=\"\n",
	               "config: N cannot be added at its end; do it by hand");
}

/* A value can say nothing but itself. */
static void keeps_a_value_a_value(void **state)
{
	static const char *const plain[] = {"",     "512M", "/dev/a:r /dev/b",
	                                    "a;b",  "#",    "(1)",
	                                    "it's", "a\nb", "\r"};
	static const char *const odd[] = {
		"\"", "$A", "$(id)", "`id`", "\\", "\"; A=1; B=\"", "${N}"};
	AUTO(buf) struct buf b = {0};
	struct err err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		assert_int_equal(edit("A=1\nN=1\n", plain[i], &b, &err), 0);
	buf_done(&b);
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		assert_int_equal(edit("A=1\nN=1\n", odd[i], &b, &err), -EINVAL);
		assert_int_equal(b.len, 0);
	}
}

static const char *const pieces[] = {
	"N=",     "A=",        "N=1",     "A=2",         "export ", "N+=",
	"\n",     "\n",        "\n",      " ",           "\t",      ";",
	"\"",     "'",         "\\",      "\\\n",        "#",       " # ",
	"(",      ")",         "${N}",    "$N",          "N",       "x",
	"A=${N}", "A=(N=1 2)", "\nN=3\n", "\"\nN=4\n\"", "\r\n",    "NN=5",
};

static bool holds(const struct config *of, const struct config *in)
{
	for (size_t i = 0; i < of->n; i++) {
		const struct variable *v = &of->v[i], *w;

		if (!strcmp(v->name, "N"))
			continue;
		w = config_get(in, v->name);
		if (!w || w->is_array != v->is_array ||
		    w->values.n != v->values.n)
			return false;
		for (size_t k = 0; k < v->values.n; k++)
			if (strcmp(v->values.v[k], w->values.v[k]))
				return false;
	}
	return true;
}

/* All is what it was but for one place no longer than the new value. */
static void assert_same_bytes(const char *text, const char *edited)
{
	size_t len = strlen(text), begin = 0, end = 0, size = strlen(edited);

	while (begin < len && text[begin] == edited[begin])
		begin++;
	if (begin == len) /* a line was added */
		return;
	while (end < len - begin && end < size - begin &&
	       text[len - 1 - end] == edited[size - 1 - end])
		end++;
	assert_true(size - begin - end <= strlen("\"v\""));
}

static void check_any(const char *text, size_t *edits)
{
	AUTO(config) struct config before = {0}, after = {0};
	AUTO(buf) struct buf b = {0};
	struct err err = {0};
	const struct variable *v;

	if (edit(text, "v", &b, &err) < 0) {
		assert_int_equal(b.len, 0);
		assert_memory_equal(err.text, "config:", 7);
		return;
	}
	*edits += 1;
	assert_int_equal(
		config_parse(&before, text, strlen(text), "config", &err), 0);
	assert_int_equal(
		config_parse(&after, buf_text(&b), b.len, "config", &err), 0);
	assert_true(holds(&before, &after) && holds(&after, &before));
	v = config_get(&after, "N");
	assert_non_null(v);
	assert_false(v->is_array);
	assert_string_equal(v->values.v[0], "v");
	assert_same_bytes(text, buf_text(&b));
}

static void changes_nothing_else_in_any_text(void **state)
{
	uint32_t seed = 1;
	size_t edits = 0;

	(void)state;
	for (int round = 0; round < 100000; round++) {
		AUTO(buf) struct buf text = {0};

		for (int i = 0; i <= round % 9; i++) {
			seed = seed * 1664525 + 1013904223;
			buf_puts(&text,
			         pieces[(seed >> 16) %
			                (sizeof(pieces) / sizeof(*pieces))]);
		}
		check_any(buf_text(&text), &edits);
	}
	assert_true(edits > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaces_the_assignment),
		cmocka_unit_test(adds_a_line),
		cmocka_unit_test(refuses_what_is_set_more_than_once),
		cmocka_unit_test(refuses_what_would_change_more),
		cmocka_unit_test(refuses_what_cannot_be_read),
		cmocka_unit_test(keeps_a_value_a_value),
		cmocka_unit_test(changes_nothing_else_in_any_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
