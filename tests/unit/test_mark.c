/* SPDX-License-Identifier: MIT */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "net/mark.h"

static void knows_whose_a_bridge_is(void **state)
{
	static const struct {
		const char *alias, *tag;
		enum owner owner;
	} rows[] = {
		{"subhost-bridge", "", OWNER_US},
		{"  subhost-bridge  nat ", "", OWNER_US},
		{"subhost-bridge@0123abcd", "@0123abcd", OWNER_US},
		{"subhost-bridge@0123abcd", "", OWNER_INSTANCE},
		{"subhost-bridge", "@0123abcd", OWNER_INSTANCE},
		{"subhost-bridge@ffffffff nat", "@0123abcd", OWNER_INSTANCE},
		{"", "", OWNER_FOREIGN},
		{"subhost-bridges", "", OWNER_FOREIGN},
		{"subhost-bridge-2", "", OWNER_FOREIGN},
		{"subhost:web", "", OWNER_FOREIGN},
		{"nat subhost-bridge", "", OWNER_FOREIGN},
		{"'subhost-bridge'", "", OWNER_FOREIGN},
		{"my bridge", "", OWNER_FOREIGN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		AUTO(mark) struct mark m;

		mark_read(&m, rows[i].alias, rows[i].tag);
		assert_int_equal(m.owner, rows[i].owner);
	}
}

/* The words of an alias as "nat 4 6 4:WHAT 6:WHAT". */
static void assert_words(const char *alias, const char *expected)
{
	AUTO(mark) struct mark m;
	AUTO(buf) struct buf found = {0};

	mark_read(&m, alias, "");
	buf_puts(&found, m.has_nat ? "nat" : "");
	buf_puts(&found, m.forwards[FAMILY_IPV4] ? " 4" : "");
	buf_puts(&found, m.forwards[FAMILY_IPV6] ? " 6" : "");
	for (size_t i = 0; i < m.kept[FAMILY_IPV4].n; i++)
		buf_printf(&found, " 4:%s", m.kept[FAMILY_IPV4].v[i]);
	for (size_t i = 0; i < m.kept[FAMILY_IPV6].n; i++)
		buf_printf(&found, " 6:%s", m.kept[FAMILY_IPV6].v[i]);
	assert_string_equal(found.data, expected);
}

static void reads_its_words(void **state)
{
	(void)state;
	assert_words("subhost-bridge", "");
	assert_words("subhost-bridge nat forward6", "nat 6");
	assert_words("subhost-bridge forward4 of the office  nat", "nat 4");
	assert_words("subhost-bridge nats forward", "");
	assert_words("LAN nat forward4 4:eth0", ""); /* not our words */
	assert_words("subhost-bridge 6:a 4:/accept_redirects 4:b'\" 6:c:d",
	             " 4:/accept_redirects 4:b'\" 6:a 6:c:d");
	assert_words("subhost-bridge 4: 5:a :a 44:a", "");
}

static void copies(void **state)
{
	AUTO(mark) struct mark m, copy;
	AUTO(buf) struct buf printed = {0};
	static const char alias[] =
		"subhost-bridge nat forward4 4:eth0 forward6 6:default 6:a";

	(void)state;
	mark_read(&m, alias, "");
	mark_copy(&m, &copy);
	assert_int_equal(copy.owner, OWNER_US);
	mark_done(&m);
	mark_print(&copy, "", &printed);
	assert_string_equal(printed.data, alias);
}

static void prints_what_it_reads(void **state)
{
	static const struct {
		const char *alias, *tag;
	} rows[] = {
		{"subhost-bridge", ""},
		{"subhost-bridge nat", ""},
		{"subhost-bridge nat forward4 forward6", ""},
		{"subhost-bridge@0123abcd nat forward6 6:e", "@0123abcd"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		AUTO(buf) struct buf printed = {0};
		AUTO(mark) struct mark m;

		mark_read(&m, rows[i].alias, rows[i].tag);
		mark_print(&m, rows[i].tag, &printed);
		assert_string_equal(printed.data, rows[i].alias);
	}
}

static void judges_names(void **state)
{
	static const char *const good[] = {"br0", "9", "a_b.c-d",
	                                   "a23456789012345", "ALL"};
	static const struct {
		const char *name, *fault;
	} bad[] = {
		{"", "a name has at least one byte"},
		{"a234567890123456", "a link's name has at most 15 bytes"},
		{".br", "a name starts with a letter or a digit"},
		{"-br", "a name starts with a letter or a digit"},
		{"b/r", "a name is made of letters, digits, '_', '.' and '-'"},
		{"br\"", "a name is made of letters, digits, '_', '.' and '-'"},
		{"br0 ", "a name is made of letters, digits, '_', '.' and '-'"},
		{"b%d", "a name is made of letters, digits, '_', '.' and '-'"},
		{"all", "all and default mean other things to the kernel"},
		{"default", "all and default mean other things to the kernel"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_null(bridge_name_fault(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_string_equal(bridge_name_fault(bad[i].name),
		                    bad[i].fault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_whose_a_bridge_is),
		cmocka_unit_test(reads_its_words),
		cmocka_unit_test(copies),
		cmocka_unit_test(prints_what_it_reads),
		cmocka_unit_test(judges_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
