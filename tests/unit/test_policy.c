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
#include "base/err.h"
#include "cast/casts.h"
#include "cast/ini.h"
#include "cast/policy.h"

static void parse(const char *text, struct casts *c)
{
	struct err err = {0};

	if (ini_parse(text, strlen(text), "casts.ini", c, &err) < 0)
		fail_msg("%s", err.text);
}

/* The last acceptance of text is judged so, and explained so. */
static void assert_judged(const char *text, enum verdict verdict,
                          const char *clause)
{
	AUTO(casts) struct casts c = {0};
	AUTO(buf) struct buf b = {0};
	const struct acceptance *a;
	struct judgement j;
	unsigned mode = 77;

	parse(text, &c);
	a = &c.acceptances[c.n_acceptances - 1];
	policy_judge(&c, a, &j);
	assert_int_equal(j.verdict, verdict);
	assert_int_equal(!!j.grant, verdict != VERDICT_NOT_GRANTED);
	assert_int_equal(!!j.block, verdict == VERDICT_BLOCKED);
	assert_int_equal(!!j.other, verdict == VERDICT_IN_THE_WAY);
	policy_explain(&j, a, &b);
	assert_string_equal(buf_text(&b), clause);
	assert_int_equal(policy_allows(&c, a, &mode),
	                 verdict == VERDICT_ALLOWED);
	assert_int_equal(mode, verdict == VERDICT_ALLOWED ? j.mode : 77);
}

static void assert_mode(const char *granted, const char *accepted,
                        unsigned wanted)
{
	AUTO(casts) struct casts c = {0};
	AUTO(buf) struct buf text = {0};
	unsigned mode = 77;

	buf_printf(&text, "[1]\n/a=2:/t%s\n[2]\n_accepted=1:/t from /a%s",
	           granted, accepted);
	parse(text.data, &c);
	assert_true(policy_allows(&c, &c.acceptances[0], &mode));
	assert_int_equal(mode, wanted);
}

#define ALLOWED VERDICT_ALLOWED, "it is accepted"

static void needs_a_grant(void **state)
{
	(void)state;
	assert_judged("[1]\n/a=2:/t\n[2]\n_accepted=1:/t from /a", ALLOWED);
	assert_judged("[1]\n/a=2:/t\n[2]\n_accepted=1:/u from /a", ALLOWED);
	assert_judged("[published]\n1=/a\n[2]\n_accepted=1:/u from /a",
	              ALLOWED);
	assert_judged("[2]\n_accepted=1:/a", VERDICT_NOT_GRANTED,
	              "1 does not offer it");
	assert_judged("[1]\n/a=3:/a\n[2]\n_accepted=1:/a", VERDICT_NOT_GRANTED,
	              "1 does not offer it");
	assert_judged("[1]\n/a=2:/t\n[2]\n_accepted=1:/t", VERDICT_NOT_GRANTED,
	              "1 does not offer it");
	assert_judged("[1]\n/a=2:/t\n[2]\n_accepted=1:/t from /a/b",
	              VERDICT_NOT_GRANTED, "1 does not offer it");
}

static void mode_is_the_narrower(void **state)
{
	(void)state;
	assert_mode("", "", 0);
	assert_mode("(ro)", "", CAST_RO);
	assert_mode("", "(ro)", CAST_RO);
	assert_mode("(noexec)", "(ro)", CAST_RO | CAST_NOEXEC);
	assert_mode("(ro)", "(ro)", CAST_RO);
}

static void only_as_specific_a_block_beats_it(void **state)
{
	(void)state;
	assert_judged("[1]\n/a=2:/t/u\n"
	              "[2]\n_accepted=1:/t/u from /a\n_blocked=All,1,/t/u,/t,"
	              "1:/t,1:/t/u/v,3:/t/u,1:/a\n[3]\n_blocked=1:/t/u",
	              ALLOWED);
	assert_judged("[1]\n/a=2:/t%20u\n"
	              "[2]\n_accepted=1:/t%20u from /a\n"
	              "_blocked=All,1:/t%20u",
	              VERDICT_BLOCKED, "2 blocks 1:/t%20u");
}

static void some_places_are_reserved(void **state)
{
	(void)state;
	assert_judged("[2]\n/a=2:/t\n_accepted=2:/t from /a", VERDICT_OWN,
	              "2 is giver and receiver");
	assert_judged("[1]\n/a=2:/dev/x%20\n[2]\n_accepted=1:/dev/x%20 from /a",
	              VERDICT_RESERVED_TARGET, "no cast may lie on /dev/x%20");
	assert_judged("[1]\n/proc/%3B=2:/a\n[2]\n_accepted=1:/a from /proc/%3B",
	              VERDICT_RESERVED_SOURCE,
	              "no cast may come from /proc/%3B");
	assert_judged("[1]\n/=2:/a\n[2]\n_accepted=1:/a from /",
	              VERDICT_RESERVED_SOURCE, "no cast may come from /");
	assert_judged("[host]\n/=2:/a\n[2]\n_accepted=host:/a from /",
	              VERDICT_RESERVED_SOURCE, "no cast may come from /");
	assert_judged("[host]\n/dev/a=2:/a\n[2]\n_accepted=host:/a from /dev/a",
	              ALLOWED);
}

static void the_earlier_stays(void **state)
{
	static const char offers[] =
		"[1]\n/a=2:/x,3:/x\n/b=2:/x\n/c=2:/x\n[2]\n_accepted=";
	static const struct {
		const char *accepted;
		enum verdict verdict;
		const char *clause;
	} cases[] = {
		{"1:/t from /a,1:/t from /b", VERDICT_IN_THE_WAY,
	         "1:/a on /t is in the way"},
		{"1:/t%3B from /a,1:/t%3B/u from /b", VERDICT_IN_THE_WAY,
	         "1:/a on /t%3B is in the way"},
		{"1:/t/u from /a,1:/t from /b", VERDICT_IN_THE_WAY,
	         "1:/a on /t/u is in the way"},
		{"1:/t from /a,1:/tu from /b", ALLOWED},
		/* What is refused is in nobody's way. */
		{"1:/t from /nothing,1:/t from /b", ALLOWED},
		{"1:/dev from /a,1:/dev from /b", VERDICT_RESERVED_TARGET,
	         "no cast may lie on /dev"},
		{"1:/t/u from /a,1:/t from /b,1:/t/v from /c", ALLOWED},
		{"1:/t/u from /a,1:/t from /b,1:/t/u/v from /c",
	         VERDICT_IN_THE_WAY, "1:/a on /t/u is in the way"},
		{"1:/t from /a,1:/t from /b\n_blocked=1:/t", VERDICT_BLOCKED,
	         "2 blocks 1:/t"},
		{"1:/t/u from /a,1:/t from /b\n_blocked=1:/t/u", ALLOWED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		AUTO(buf) struct buf text = {0};

		buf_puts(&text, offers);
		buf_puts(&text, cases[i].accepted);
		assert_judged(text.data, cases[i].verdict, cases[i].clause);
	}
	assert_judged("[1]\n/a=2:/t,3:/t\n[2]\n_accepted=1:/t from /a\n"
	              "[3]\n_accepted=1:/t from /a",
	              ALLOWED);
}

static void assert_blocked(const char *blocks, const char *giver,
                           const char *target, const char *wanted)
{
	AUTO(casts) struct casts c = {0};
	AUTO(buf) struct buf text = {0}, b = {0};
	const struct block *block;

	buf_printf(&text, "[3]\n_blocked=All\n[2]\n_blocked=%s", blocks);
	parse(text.data, &c);
	block = policy_blocked(&c, "2", giver, target);
	if (block)
		policy_print_block(block, &b);
	assert_string_equal(buf_text(&b), wanted);
}

static void names_the_most_specific_block(void **state)
{
	(void)state;
	assert_blocked("None", "1", "/t", "");
	assert_blocked("All", "1", "/t", "All");
	assert_blocked("All,1", "1", "/t", "1");
	assert_blocked("1,All", "1", "/t", "1");
	assert_blocked("All,1", "host", "/t", "All");
	assert_blocked("1,/t,All", "1", "/t/u", "/t");
	assert_blocked("/t/u,1:/t,/", "1", "/t/u", "1:/t");
	assert_blocked("1:/,1:/t/u,1:/t", "1", "/t/u/v", "1:/t/u");
	assert_blocked("/,/t/u,/t", "1", "/t/u/v", "/t/u");
	assert_blocked("4,/tu,/t/u,1:/t/u,4:/t", "1", "/t", "");
	assert_blocked("/a%20b", "1", "/a b/c", "/a%20b");
	assert_blocked("host:/x", "host", "/x", "host:/x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needs_a_grant),
		cmocka_unit_test(mode_is_the_narrower),
		cmocka_unit_test(only_as_specific_a_block_beats_it),
		cmocka_unit_test(some_places_are_reserved),
		cmocka_unit_test(the_earlier_stays),
		cmocka_unit_test(names_the_most_specific_block),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
