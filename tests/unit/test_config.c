/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "model/config.h"

static int parse(struct config *c, const char *text, struct err *err)
{
	return config_parse(c, text, strlen(text), "config", err);
}

/* A config in the protocol of bash's answer, with | for NUL. */
static void show(const struct config *c, struct buf *shown)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct variable *v = &c->v[i];

		if (v->is_array)
			buf_printf(shown, "%s|%zu|", v->name, v->values.n);
		else
			buf_printf(shown, "%s|-|", v->name);
		for (size_t j = 0; j < v->values.n; j++)
			buf_printf(shown, "%s|", v->values.v[j]);
	}
}

static void assert_reads(const char *text, const char *wanted)
{
	AUTO(config) struct config c = {0};
	AUTO(buf) struct buf shown = {0};
	struct err err = {0};

	if (parse(&c, text, &err) < 0)
		print_message("%s\n", err.text);
	assert_int_equal(err.code, 0);
	assert_false(c.by_bash);
	show(&c, &shown);
	assert_string_equal(buf_text(&shown), wanted);
}

static void reads_assignments(void **state)
{
	(void)state;
	assert_reads("", "");
	assert_reads("\n \t\n# only a comment", "");
	assert_reads("A=1", "A|-|1|");
	assert_reads("A=1 B=2;C=3 # x\n\tD=", "A|-|1|B|-|2|C|-|3|D|-||");
	assert_reads("A=1 ; # x\nB=2;", "A|-|1|B|-|2|");
	assert_reads("A=a#b", "A|-|a#b|");
	assert_reads("A=x; A=y", "A|-|y|");
	assert_reads("A=x; A+=y; B+=z", "A|-|xy|B|-|z|");
	assert_reads("export A=1\nexport\tB='2 3'", "A|-|1|B|-|2 3|");
	assert_reads("A=*?[x]{a,b}%^@!-+=,.:/", "A|-|*?[x]{a,b}%^@!-+=,.:/|");
	assert_reads("A=1\\\n2 \\\nB=3", "A|-|12|B|-|3|");
}

static void reads_quotes(void **state)
{
	(void)state;
	assert_reads("A='x \"$y\\'", "A|-|x \"$y\\|");
	assert_reads("A=\"a 'b' \\\" \\$ \\` \\\\ \\n\"",
	             "A|-|a 'b' \" $ ` \\ \\n|");
	assert_reads("A=\"a\\\nb\nc\"", "A|-|ab\nc|");
	assert_reads("A=a\\ b\\'\\\"\\$c", "A|-|a b'\"$c|");
	assert_reads("A='a'\"b\"c\\d", "A|-|abcd|");
	assert_reads("A=\"\" B=''", "A|-||B|-||");
	assert_reads("A=\"5$\" B=5$", "A|-|5$|B|-|5$|");
}

static void replaces_variables(void **state)
{
	(void)state;
	assert_reads("A='x  y'; B=$A-${A}z", "A|-|x  y|B|-|x  y-x  yz|");
	assert_reads("B=\"$A.${A}\"", "B|-|.|");
	assert_reads("A=1 B=$A", "A|-|1|B|-|1|");
	assert_reads("A=(p q); B=$A", "A|2|p|q|B|-|p|");
	assert_reads("A=(); B=$A", "A|0|B|-||");
}

static void reads_arrays(void **state)
{
	(void)state;
	assert_reads("A=()", "A|0|");
	assert_reads("A=(x \"y z\" 'q' \"\")", "A|4|x|y z|q||");
	assert_reads("A=( # why\n  x #y\n\ty#z\n)", "A|2|x|y#z|");
	assert_reads("A=(x); A+=(y z)", "A|3|x|y|z|");
	assert_reads("A=x; A+=(y)", "A|2|x|y|");
	assert_reads("A=(x y); A=z", "A|2|z|y|");
	assert_reads("A=(x y); A+=z", "A|2|xz|y|");
	assert_reads("A=(); A+=z", "A|1|z|");
	assert_reads("A=(x); A=()", "A|0|");
	assert_reads("A=' p  q '; B=($A x$A\"$A\")",
	             "A|-| p  q |B|6|p|q|x|p|q| p  q |");
	assert_reads("B=($A \"$A\" $A'')", "B|2|||");
	assert_reads("A=(x\\\ny \\\n z)", "A|2|xy|z|");
}

static void assert_fails(const char *text, int code, const char *wanted)
{
	AUTO(config) struct config c = {0};
	struct err err = {0};

	assert_int_equal(parse(&c, text, &err), code);
	assert_string_equal(err.text, wanted);
	assert_int_equal(c.n, 0);
	assert_null(c.v);
}

static void says_what_bash_would_refuse(void **state)
{
	const struct {
		const char *text, *wanted;
	} bad[] = {
		{"\nA='x\n", "config:2: the quote ' is never closed"},
		{"A=(\nB \"x\n", "config:2: the quote \" is never closed"},
		{"A=(x\ny\n", "config:1: the ( is never closed"},
		{"A=(x\n;y)", "config:2: ; cannot stand in an array"},
		{"A=(x(y))", "config:1: ( cannot stand in an array"},
		{"A=1;;", "config:1: there is nothing before this ;"},
		{"A=1\n)", "config:2: there is nothing before this )"},
		{"A=1\nB=2\r\n", "config:2: the line ends in CR LF, save the "
	                         "file with Unix line ends"},
		{"A=1\r", "config:1: the line ends in CR LF, save the "
	                  "file with Unix line ends"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_fails(bad[i].text, -EINVAL, bad[i].wanted);
}

static void says_what_needs_bash(void **state)
{
	const struct {
		const char *text, *wanted;
	} more[] = {
		{"A=1\nif true; then B=1; fi",
	         "config:2: the command if needs bash"},
		{"A=1 ls", "config:1: the command ls needs bash"},
		{"echo \\\n", "config:1: the command echo needs bash"},
		{"a123456789b123456789c123456789d123456789",
	         "config:1: the command a123456789b123456789c123456789d1… "
	         "needs bash"},
		{"\033[2J", "config:1: the command \\x1b[2J needs bash"},
		{"A=1 && B=2", "config:1: the operator & needs bash"},
		{"A=1&", "config:1: the operator & needs bash"},
		{"A=(x)y", "config:1: the operator y needs bash"},
		{"A=(<(x))", "config:1: the operator < needs bash"},
		{"A=$(x)", "config:1: the expansion $( needs bash"},
		{"A=\"\n${B:-x}\"", "config:2: the expansion ${B: needs bash"},
		{"A=$1", "config:1: the expansion $1 needs bash"},
		{"A=${B", "config:1: the expansion ${B needs bash"},
		{"A=$'x'", "config:1: the expansion $' needs bash"},
		{"A=`x`", "config:1: the command ` needs bash"},
		{"A=\"`x`\"", "config:1: the command ` needs bash"},
		{"A=~/x", "config:1: the home directory ~ needs bash"},
		{"A=(*)", "config:1: the pattern * needs bash"},
		{"A=({a,b})", "config:1: the pattern { needs bash"},
		{"B='*'; A=($B)", "config:1: the pattern in B needs bash"},
		{"A=$RANDOM", "config:1: the variable RANDOM needs bash"},
		{"IFS=,", "config:1: the variable IFS needs bash"},
		{"A[1]=x", "config:1: an element of A needs bash"},
		{"export A", "config:1: the command export needs bash"},
		{"export -n A=1", "config:1: the command export needs bash"},
		{"export A=1 B=2", "config:1: the command export needs bash"},
		{"export A+=1",
	         "config:1: an export that adds to A needs bash"},
		{"export A=(x)", "config:1: an exported array A needs bash"},
		{"export A={a,b}", "config:1: the pattern { needs bash"},
		{"A=$B\\\nC", "config:1: a line end in the name B needs bash"},
		{"A=x\\", "config:1: at the end, a \\x5c needs bash"},
		{"A=1\nB=\177", "config:2: the byte \\x7f needs bash"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++)
		assert_fails(more[i].text, -EOPNOTSUPP, more[i].wanted);
}

static void is_bounded(void **state)
{
	AUTO(config) struct config c = {0};
	AUTO(buf) struct buf text = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(config_parse(&c, "A=x\0", 4, "config", &err), -EINVAL);
	assert_string_equal(err.text, "config:1: a NUL byte");
	buf_puts(&text, "A=0123456789012345678901234567890123456789\n");
	for (int i = 0; i < 30; i++)
		buf_puts(&text, "A=$A$A\n");
	assert_int_equal(parse(&c, buf_text(&text), &err), -EINVAL);
	assert_string_equal(err.text, "config:11: the variables used come to "
	                              "more than 65536 bytes");
	while (text.len <= CONFIG_MAX)
		buf_puts(&text, "A=$A$A\n");
	assert_int_equal(parse(&c, buf_text(&text), &err), -EINVAL);
	assert_string_equal(err.text,
	                    "config: 65542 bytes, a config has at most 65536");
}

static void remembers_lines(void **state)
{
	AUTO(config) struct config c = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(
		parse(&c, "A=1\nB=(x\ny) C=\"\n\"\nA+=2 \\\nD=1", &err), 0);
	assert_int_equal(config_get(&c, "A")->line, 5);
	assert_int_equal(config_get(&c, "B")->line, 2);
	assert_int_equal(config_get(&c, "C")->line, 3);
	assert_int_equal(config_get(&c, "D")->line, 6);
	assert_null(config_get(&c, "E"));
}

static void reads_what_bash_printed(void **state)
{
	static const char good[] = "A\0-\0x y\0B\0"
				   "2\0p\0\0C\0"
				   "0\0";
	static const char *const bad[] = {
		"A",      "A|",     "A|-",      "A|-|",        "A|-|x",
		"A|2|x|", "A||",    "A|x|",     "A|-1|",       "A|9999999|",
		"|-|x|",  "1|-|x|", "A b|-|x|", "A|-|x|A|-|y|"};
	AUTO(config) struct config c = {0};
	AUTO(buf) struct buf shown = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(config_parse_printed(&c, good, sizeof(good) - 1, &err),
	                 0);
	assert_true(c.by_bash);
	assert_int_equal(c.v[0].line, 0);
	show(&c, &shown);
	assert_string_equal(buf_text(&shown), "A|-|x y|B|2|p||C|0|");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		AUTO(config) struct config none = {0};
		char bytes[32];
		size_t len = strlen(bad[i]);

		for (size_t j = 0; j < len; j++)
			bytes[j] = bad[i][j] == '|' ? '\0' : bad[i][j];
		assert_int_equal(config_parse_printed(&none, bytes, len, &err),
		                 -EINVAL);
		assert_null(none.v);
		assert_string_equal(err.text, "bash printed something other "
		                              "than variables");
	}
	assert_int_equal(config_parse_printed(&c, good, CONFIG_MAX + 1, &err),
	                 -EINVAL);
	assert_string_equal(err.text, "bash printed more than the 65536 bytes "
	                              "that a config may come to");
}

/*
 * The differential test: what is read natively must be what the real bash
 * makes of it, and what is called an error must be one to bash too. Many
 * configs are put to one bash, which runs each in a child of its own.
 */
#define CONFIGS 600

static const char *const pieces[] = {
	"A",    "B",      "C",        "A",         "=",           "=",
	"=",    "+=",     "A=",       "B=",        "C=",          "A+=",
	"A=(",  "B+=(",   "C=(",      "(",         ")",           ")",
	" ",    " ",      "\t",       "\n",        "\n",          ";",
	"'",    "\"",     "\"",       "'x y'",     "\"x  y\"",    "\"\"",
	"''",   "\\",     "\\\n",     "\\ ",       "\\\\",        "\\*",
	"\\$",  "$",      "$A",       "${B}",      "\"$A\"",      "\"${C}\"",
	"$A$B", "x",      "y z",      "#",         " # c\n",      "*",
	"?",    "[",      "]",        "{a,b}",     "~",           "~/x",
	":",    "/a/b",   "export ",  "export A=", "export B=$A", "!",
	"%",    "-",      ",",        ".",         "\303\244",    "&",
	"|",    "<",      ">",        "`",         "$'",          "$(",
	"1",    " p  q ", "' p  q '", "\\'",       "\\\"",        "@",
	"^",    "=x",     "\001",     "\f",
};

static void generate(struct buf *text)
{
	size_t n = 1 + (size_t)rand() % 14;

	buf_puts(text, rand() % 2 ? "A=" : "");
	for (size_t i = 0; i < n; i++)
		buf_puts(text, pieces[(size_t)rand() %
		                      (sizeof(pieces) / sizeof(*pieces))]);
}

/* Well-formed ones, which soup seldom is. */
static void generate_value(struct buf *text)
{
	static const char *const values[] = {
		"x",
		"'x y'",
		"\"x  y\"",
		"$A",
		"${B}",
		"\"$C\"",
		"\"a ${A} b\"",
		"\\ ",
		"\\\\",
		"\\\n",
		"''",
		"\"\"",
		"' p  q '",
		"\"\\$\\\"\\q\"",
		"/a",
		"=",
		"#",
		":",
		"\"\n\"",
		"]",
		"%",
		"'*'",
		"\\*",
		"\"$\"",
	};

	for (int i = rand() % 4; i >= 0; i--)
		buf_puts(text, values[(size_t)rand() %
		                      (sizeof(values) / sizeof(*values))]);
}

static void generate_well_formed(struct buf *text)
{
	static const char *const ends[] = {"\n",     ";",   " ",    "\t",
	                                   " # c\n", " ; ", " \\\n"};

	for (int i = rand() % 6; i >= 0; i--) {
		bool array = rand() % 2;

		buf_putc(text, (char)('A' + rand() % 3));
		buf_puts(text, rand() % 3 ? "=" : "+=");
		buf_puts(text, array ? "(" : "");
		for (int j = array ? rand() % 4 : 1; j > 0; j--) {
			generate_value(text);
			buf_puts(text, array ? rand() % 2 ? " " : "\n" : "");
		}
		buf_puts(text, array ? ")" : "");
		buf_puts(text, ends[rand() % 7]);
	}
}

static const char printer[] =
	"cd \"$1/away\" || exit 9; dir=$1; unset -v HOSTNAME; set --\n"
	"for f in \"$dir\"/*.in; do (\n"
	"  . \"$f\" >/dev/null 2>\"${f%in}err\"\n"
	"  exec 2>/dev/null; IFS=; set --; for n in A B C; do\n"
	"    declare -n v=$n; d=$(declare -p $n) || continue\n"
	"    case $d in\n"
	"    'declare -a'*) printf '%s|%s|' $n ${#v[@]}\n"
	"      ((${#v[@]})) && printf '%s|' \"${v[@]}\";;\n"
	"    *) printf '%s|-|%s|' $n \"$v\";;\n"
	"    esac\n"
	"  done >\"${f%in}out\"\n"
	") done; exit 0\n";

static void put_file(const char *dir, int i, const char *text, size_t len)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%04d.in", dir, i);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	fclose(f);
}

static void get_file(const char *dir, int i, const char *kind, struct buf *text)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%04d.%s", dir, i, kind);
	file_read(-1, path, CONFIG_MAX, text);
}

/* Returns whether the text could be read natively. */
static bool compare(const char *text, const char *printed, const char *said)
{
	AUTO(config) struct config c = {0};
	AUTO(buf) struct buf shown = {0};
	struct err err = {0};
	const char *names[] = {"A", "B", "C"};
	int code = parse(&c, text, &err);
	bool right = code != -EINVAL || *said;

	for (size_t i = 0; !code && i < 3; i++) {
		const struct variable *v = config_get(&c, names[i]);
		struct config one = {.v = (struct variable *)v, .n = !!v};

		show(&one, &shown);
	}
	if (!code)
		right = !*said && !strcmp(buf_text(&shown), printed);
	if (!right)
		print_message("config [%s]\nours [%s]\nbash [%s]\n"
		              "ours says [%s]\nbash says [%s]\n",
		              text, buf_text(&shown), printed, err.text, said);
	assert_true(right);
	return !code;
}

static void write_configs(const char *dir, struct buf *texts)
{
	char away[64];

	snprintf(away, sizeof(away), "%s/away", dir);
	assert_int_equal(mkdir(away, 0700), 0);
	for (int i = 0; i < CONFIGS; i++) {
		if (i % 2)
			generate(&texts[i]);
		else
			generate_well_formed(&texts[i]);
		put_file(dir, i, texts[i].data, texts[i].len);
	}
}

static void run_bash(const char *dir)
{
	char command[256];

	setenv("PRINTER", printer, 1);
	snprintf(command, sizeof(command),
	         "env -i PATH=/nowhere HOME=/dev/null/x /bin/bash --norc "
	         "--noprofile -c \"$PRINTER\" bash %s </dev/null",
	         dir);
	assert_int_equal(system(command), 0);
}

static void agrees_with_bash(void **state)
{
	static struct buf texts[CONFIGS];
	const char *seed = getenv("TEST_SEED");
	char dir[] = "/tmp/test_config.XXXXXX";
	int natively = 0;

	(void)state;
	srand(seed ? (unsigned)atoi(seed) : 1);
	assert_non_null(mkdtemp(dir));
	write_configs(dir, texts);
	run_bash(dir);
	for (int i = 0; i < CONFIGS; i++) {
		AUTO(buf) struct buf printed = {0};
		AUTO(buf) struct buf said = {0};

		get_file(dir, i, "out", &printed);
		get_file(dir, i, "err", &said);
		natively += compare(buf_text(&texts[i]), buf_text(&printed),
		                    buf_text(&said));
		buf_done(&texts[i]);
	}
	assert_in_range(natively, CONFIGS / 3, CONFIGS);
	assert_int_equal(file_remove_tree(-1, dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_assignments),
		cmocka_unit_test(reads_quotes),
		cmocka_unit_test(replaces_variables),
		cmocka_unit_test(reads_arrays),
		cmocka_unit_test(says_what_bash_would_refuse),
		cmocka_unit_test(says_what_needs_bash),
		cmocka_unit_test(is_bounded),
		cmocka_unit_test(remembers_lines),
		cmocka_unit_test(reads_what_bash_printed),
		cmocka_unit_test(agrees_with_bash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
