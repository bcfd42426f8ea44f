/* SPDX-License-Identifier: MIT */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "model/cable.h"

#define NAME_63                                                                \
	"a23456789012345678901234567890123456789012345678901234567890123"

static void reads_and_prints(void **state)
{
	const struct {
		const char *entry, *bridge, *printed;
	} good[] = {
		{"br0", "br0", "br0"},
		{"br0=02:00:5E:10:00:01", "br0", "br0=02:00:5e:10:00:01"},
		{"br0:02:00:5e:10:00:01", "br0", "br0=02:00:5e:10:00:01"},
		{"=02:00:5e:10:00:01", "", "=02:00:5e:10:00:01"},
		{":02:00:5e:10:00:01", "", "=02:00:5e:10:00:01"},
		{"=", "", "="},
		{":", "", "="},
		{"", "", "="},
		{"a23456789012345", "a23456789012345", "a23456789012345"},
		{"...", "...", "..."},
		{"br\\\"'%,x", "br\\\"'%,x", "br\\\"'%,x"},
		{"b\xc3\xa9", "b\xc3\xa9", "b\xc3\xa9"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		AUTO(buf) struct buf shown = {0};
		struct cable c = {0};

		assert_null(cable_parse(good[i].entry, &c));
		assert_string_equal(c.bridge, good[i].bridge);
		assert_int_equal(c.has_mac, strlen(good[i].printed) >= 17);
		cable_print(&c, &shown);
		assert_string_equal(buf_text(&shown), good[i].printed);
	}
}

static void says_what_is_wrong(void **state)
{
	static const char *const mac =
		"a MAC of six bytes in hex is needed, as 02:00:5e:10:00:01";
	static const char *const interface =
		"the MAC of an interface is needed, neither zero nor multicast "
		"(an odd first byte)";
	static const char *const length =
		"a bridge's name has at most 15 bytes";
	static const char *const made =
		"a bridge's name has no blanks, no control characters and no /";
	static const char *const dots = "a bridge cannot be called . or ..";
	const struct {
		const char *entry, *fault;
	} bad[] = {
		{"br0=", mac},
		{"br0:", mac},
		{"==", mac},
		{"br0=x", mac},
		{"br0=02:00:5e:10:00:01 ", mac},
		{"br0==02:00:5e:10:00:01", mac},
		{"02:00:5e:10:00:01", mac},
		{"br0=01:00:5e:10:00:01", interface},
		{"=00:00:00:00:00:00", interface},
		{"a234567890123456", length},
		{"a2345678901234567890=02:00:5e:10:00:01", length},
		{"a/b", made},
		{"a b", made},
		{" ", made},
		{"a\n", made},
		{"a\x7f", made},
		{".", dots},
		{"..=02:00:5e:10:00:01", dots},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct cable c = {0}, none = {0};

		assert_string_equal(cable_parse(bad[i].entry, &c),
		                    bad[i].fault);
		assert_memory_equal(&c, &none, sizeof(c));
	}
}

static void names_links(void **state)
{
	const struct {
		const char *name;
		unsigned number;
		const char *link; /* NULL: does not fit */
	} names[] = {
		{"a", 0, "a0"},
		{"a", 255, "a255"},
		{"a2345678901", 255, "a2345678901255"},
		{"a23456789012", 255, "a23456789012255"},
		{"a23456789012", 9, "a234567890129"},
		{"a23456789012345", 0, NULL},
		{"a2345678901234", 9, "a23456789012349"},
		{"a2345678901234", 10, NULL},
		{"a234567890123456", 0, NULL},
		{NAME_63, 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char link[LINK_NAME_BYTES] = "untouched";
		bool fits = cable_link_name(names[i].name, names[i].number, 0,
		                            link);

		assert_int_equal(fits, names[i].link != NULL);
		assert_string_equal(link, fits ? names[i].link : "untouched");
	}
}

/* As many bytes of the name as there is room for, 6 digits of hex, number. */
static void assert_hashed(const char *name, unsigned number, unsigned try,
                          const char *begins)
{
	char link[LINK_NAME_BYTES] = "", end[LINK_NAME_BYTES];
	size_t begin = strlen(begins);
	int digits = snprintf(end, sizeof(end), "%u", number);

	assert_true(cable_link_name(name, number, try, link));
	assert_memory_equal(link, begins, begin);
	assert_int_equal(strlen(link), begin + 6 + (size_t)digits);
	assert_int_equal(strspn(link + begin, "0123456789abcdef"),
	                 6 + (size_t)digits);
	assert_string_equal(link + begin + 6, end);
}

static void hashes_long_names(void **state)
{
	(void)state;
	for (unsigned try = 1; try < CABLE_NAME_TRIES; try++) {
		assert_hashed("a", 0, try, "a");
		assert_hashed("a", 255, try, "a");
		assert_hashed("a2345678901", 0, try, "a2345678");
		assert_hashed("a23456789012", 10, try, "a234567");
		assert_hashed("a23456789012345", 255, try, "a23456");
		assert_hashed("a234567890123456", 0, try, "a2345678");
		assert_hashed(NAME_63, 255, try, "a23456");
	}
}

/* Names differ by all that is hashed; and they must never change. */
static void tells_names_apart(void **state)
{
	char one[LINK_NAME_BYTES], other[LINK_NAME_BYTES];

	(void)state;
	assert_true(cable_link_name("a1", 0, 0, one));
	assert_true(cable_link_name("a", 10, 0, other));
	assert_string_equal(one, other);
	for (unsigned try = 1; try < CABLE_NAME_TRIES; try++) {
		cable_link_name("a1", 0, try, one);
		cable_link_name("a", 10, try, other);
		assert_string_not_equal(one, other);
		cable_link_name("a", 10, try + 1, one);
		assert_string_not_equal(one, other);
		cable_link_name(NAME_63, 1, try, one);
		cable_link_name(NAME_63, 0, try, other);
		assert_memory_not_equal(one + 8, other + 8, 6);
		cable_link_name("a23456789012345x", 0, try, one);
		cable_link_name("a23456789012345y", 0, try, other);
		assert_string_not_equal(one, other);
	}
	cable_link_name("a", 10, 1, one);
	assert_string_equal(one, "a2b3f5c10");
}

static void describes_all_of_them(void **state)
{
	struct address v4 = {0}, v6 = {0}, gateway = {0};
	struct cable list[3] = {0};
	struct cables cables = {.v = list, .n = 3};
	AUTO(buf) struct buf shown = {0};

	(void)state;
	assert_null(cable_parse("r", &list[0]));
	assert_null(cable_parse("\"\\b%=02:00:5e:10:00:01", &list[2]));
	assert_null(address_parse("10.0.0.2/24", &v4));
	assert_null(address_parse("fd00::2/64", &v6));
	assert_null(address_parse_host("10.0.0.1", &gateway));
	addresses_add(&list[0].addresses, &v4);
	addresses_add(&list[0].addresses, &v6);
	addresses_add(&list[0].gateways, &gateway);
	list[0].mtu = 1400;
	cables_describe(&cables, &shown);
	assert_string_equal(buf_text(&shown),
	                    "r=~1400+0a000002/24+fd00000000000000000000000000"
	                    "0002/64>0a000001/32 =~0 "
	                    "%22%5cb%25=02:00:5e:10:00:01~0");
	addresses_done(&list[0].addresses);
	addresses_done(&list[0].gateways);
}

static void describes_none(void **state)
{
	struct cables cables = {0};
	AUTO(buf) struct buf shown = {0};

	(void)state;
	cables_describe(&cables, &shown);
	assert_string_equal(buf_text(&shown), "");
	cables_done(&cables);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_prints),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(names_links),
		cmocka_unit_test(hashes_long_names),
		cmocka_unit_test(tells_names_apart),
		cmocka_unit_test(describes_all_of_them),
		cmocka_unit_test(describes_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
