/* SPDX-License-Identifier: MIT */
/* The texts are what nft -j list ruleset says, with nothing left out that is
 * read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "net/ruleset.h"

#define RULESET(things)                                                        \
	"{\"nftables\": [{\"metainfo\": {\"version\": \"1.0.6\"}}" things "]}"
#define TABLE(family, name)                                                    \
	", {\"table\": {\"family\": \"" family "\", \"name\": \"" name         \
	"\", \"handle\": 1}}"
#define BASE(family, table, name, hook, policy)                                \
	", {\"chain\": {\"family\": \"" family "\", \"table\": \"" table       \
	"\", \"name\": \"" name "\", \"handle\": 1, \"type\": \"filter\", "    \
	"\"hook\": \"" hook "\", \"prio\": 0, \"policy\": \"" policy "\"}}"
#define CHAIN(family, table, name)                                             \
	", {\"chain\": {\"family\": \"" family "\", \"table\": \"" table       \
	"\", \"name\": \"" name "\", \"handle\": 2}}"
#define RULE(family, table, key, op, right)                                    \
	", {\"rule\": {\"family\": \"" family "\", \"table\": \"" table        \
	"\", \"chain\": \"c\", \"handle\": 4, \"expr\": [{\"counter\": "       \
	"{\"packets\": 0, \"bytes\": 0}}, {\"match\": {\"op\": \"" op          \
	"\", \"left\": {\"meta\": {\"key\": \"" key "\"}}, \"right\": " right  \
	"}}, {\"accept\": null}]}}"

static void append(void *arg, const struct drop *d)
{
	buf_printf(arg, "%s %s %s%s%s%s%s;", d->family, d->table, d->chain,
	           d->is_iptables ? " iptables" : "",
	           d->is_of_docker ? " docker" : "",
	           d->has[FAMILY_IPV4] ? " 4" : "",
	           d->has[FAMILY_IPV6] ? " 6" : "");
}

static void assert_drops(const char *text, const char *expected)
{
	AUTO(ruleset) struct json_object *ruleset = ruleset_read(text);
	AUTO(buf) struct buf found = {0};

	assert_non_null(ruleset);
	ruleset_each_drop(ruleset, "br0", append, &found);
	assert_string_equal(buf_text(&found), expected);
}

static void reads_only_rulesets(void **state)
{
	static const char *const bad[] = {
		"",
		"{",
		"[]",
		"7",
		"null",
		"{}",
		"{\"nftables\": 1}",
		"table inet filter {}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_null(ruleset_read(bad[i]));
	assert_drops("{\"nftables\": []}", "");
}

static void finds_tables(void **state)
{
	AUTO(ruleset)
	struct json_object *ruleset = ruleset_read(
		RULESET(TABLE("ip", "nat") TABLE("inet", "subhost-br0")));

	(void)state;
	assert_true(ruleset_has_table(ruleset, "inet", "subhost-br0"));
	assert_false(ruleset_has_table(ruleset, "ip", "subhost-br0"));
	assert_false(ruleset_has_table(ruleset, "inet", "subhost-br"));
}

static void finds_what_drops(void **state)
{
	(void)state;
	assert_drops(RULESET(BASE("inet", "fw", "f", "forward", "drop")),
	             "inet fw f 4 6;");
	assert_drops(RULESET(BASE("ip", "fw", "f", "forward", "drop")
	                             BASE("ip6", "fw", "g", "forward", "drop")),
	             "ip fw f 4;ip6 fw g 6;");
	/* Not these. */
	assert_drops(RULESET(BASE("inet", "fw", "f", "forward", "accept")
	                             BASE("inet", "fw", "i", "input", "drop")
	                                     CHAIN("inet", "fw", "x")),
	             "");
	assert_drops(RULESET(BASE("bridge", "fw", "f", "forward", "drop")
	                             BASE("arp", "fw", "f", "forward", "drop")),
	             "");
}

static void knows_iptables(void **state)
{
	(void)state;
	assert_drops(
		RULESET(BASE("ip", "filter", "FORWARD", "forward", "drop")),
		"ip filter FORWARD iptables 4;");
	assert_drops(RULESET(BASE("ip6", "filter", "FORWARD", "forward", "drop")
	                             CHAIN("ip", "filter", "DOCKER-USER")),
	             "ip6 filter FORWARD iptables 6;");
	assert_drops(RULESET(BASE("ip", "filter", "FORWARD", "forward", "drop")
	                             CHAIN("ip", "filter", "DOCKER-USER")),
	             "ip filter FORWARD iptables docker 4;");
	assert_drops(
		RULESET(BASE("inet", "filter", "FORWARD", "forward", "drop")),
		"inet filter FORWARD 4 6;");
	assert_drops(
		RULESET(BASE("ip", "filter", "forward", "forward", "drop")),
		"ip filter forward 4;");
}

#define DROP      BASE("inet", "fw", "f", "forward", "drop")
#define IS_SILENT ""
#define IS_TOLD   "inet fw f 4 6;"
#define BOTH(op, right)                                                        \
	RULE("inet", "fw", "iifname", op, right)                               \
	RULE("inet", "fw", "oifname", op, right)

static void leaves_what_is_decided(void **state)
{
	(void)state;
	assert_drops(RULESET(DROP BOTH("==", "\"br0\"")), IS_SILENT);
	assert_drops(RULESET(DROP BOTH("==", "\"br*\"")), IS_SILENT);
	assert_drops(RULESET(DROP BOTH("==", "{\"set\": [\"a\", \"br0\"]}")),
	             IS_SILENT);
	assert_drops(
		RULESET(DROP RULE("inet", "fw", "iif", "==", "\"br0\"")
	                        RULE("inet", "fw", "oif", "==", "\"br0\"")),
		IS_SILENT);
	/* One way, another bridge, another table, not that one, not a link. */
	assert_drops(
		RULESET(DROP RULE("inet", "fw", "iifname", "==", "\"br0\"")),
		IS_TOLD);
	assert_drops(
		RULESET(DROP RULE("inet", "fw", "oifname", "==", "\"br0\"")),
		IS_TOLD);
	assert_drops(RULESET(DROP BOTH("==", "\"br1\"")), IS_TOLD);
	assert_drops(RULESET(DROP BOTH("==", "\"br\"")), IS_TOLD);
	assert_drops(RULESET(DROP BOTH("==", "\"\"")), IS_TOLD);
	assert_drops(RULESET(DROP BOTH("==", "{\"set\": [\"a\", 7]}")),
	             IS_TOLD);
	assert_drops(RULESET(DROP BOTH("==", "{\"range\": [1, 2]}")), IS_TOLD);
	assert_drops(RULESET(DROP BOTH("==", "7")), IS_TOLD);
	assert_drops(RULESET(DROP BOTH("!=", "\"br0\"")), IS_TOLD);
	assert_drops(RULESET(DROP RULE("ip", "fw", "iifname", "==", "\"br0\"")
	                             RULE("inet", "other", "oifname",
	                                  "==", "\"br0\"")),
	             IS_TOLD);
	assert_drops(RULESET(DROP RULE("inet", "fw", "mark", "==", "\"br0\"")
	                             RULE("inet", "fw", "iifgroup",
	                                  "==", "\"br0\"")),
	             IS_TOLD);
}

/* What another version of nft may say is no fault of ours. */
static void bears_what_it_does_not_know(void **state)
{
	(void)state;
	assert_drops(RULESET(", 7, null, [], {\"chain\": 7}, {\"chain\": {}}, "
	                     "{\"rule\": {\"family\": \"inet\", \"table\": "
	                     "\"fw\"}}, {\"rule\": {\"family\": \"inet\", "
	                     "\"table\": \"fw\", \"expr\": [7, null, [], "
	                     "{\"match\": 7}, {\"match\": {\"op\": \"==\", "
	                     "\"left\": 7, \"right\": \"br0\"}}, {\"match\": "
	                     "{\"op\": \"==\", \"left\": {\"meta\": 7}, "
	                     "\"right\": \"br0\"}}]}}" DROP),
	             IS_TOLD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_only_rulesets),
		cmocka_unit_test(finds_tables),
		cmocka_unit_test(finds_what_drops),
		cmocka_unit_test(knows_iptables),
		cmocka_unit_test(leaves_what_is_decided),
		cmocka_unit_test(bears_what_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
