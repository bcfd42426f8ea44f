/* SPDX-License-Identifier: MIT */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/address.h"

static void assert_prints(const struct address *a, bool with_length,
                          const char *wanted)
{
	char text[ADDRESS_TEXT];

	address_print(a, with_length, text);
	assert_string_equal(text, wanted);
}

static void reads_and_prints(void **state)
{
	const struct {
		const char *text, *with, *without;
	} good[] = {
		{"10.0.0.2/24", "10.0.0.2/24", "10.0.0.2/24"},
		{"10.0.0.0/31", "10.0.0.0/31", "10.0.0.0/31"},
		{"10.0.0.1/31", "10.0.0.1/31", "10.0.0.1/31"},
		{"10.0.0.0/32", "10.0.0.0/32", "10.0.0.0"},
		{"10.0.1.0/23", "10.0.1.0/23", "10.0.1.0/23"},
		{"FD00::2/64", "fd00::2/64", "fd00::2/64"},
		{"fd00::/64", "fd00::/64", "fd00::/64"},
		{"fd00::2/128", "fd00::2/128", "fd00::2"},
		{"fe80::1/1", "fe80::1/1", "fe80::1/1"},
		{"1:2:3:4:5:6:7.8.9.10/127", "1:2:3:4:5:6:708:90a/127",
	         "1:2:3:4:5:6:708:90a/127"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct address a = {0};
		const char *fault = address_parse(good[i].text, &a);

		assert_null(fault);
		assert_prints(&a, true, good[i].with);
		assert_prints(&a, false, good[i].without);
	}
}

static void says_what_is_wrong(void **state)
{
	static const char *const form =
		"ADDRESS/LEN is needed, as 10.0.0.2/24 or fd00::2/64";
	static const char *const length_v4 =
		"a LEN from 1 to 32 is needed behind the /";
	static const char *const length_v6 =
		"a LEN from 1 to 128 is needed behind the /";
	static const char *const loopback = "a loopback address is not allowed";
	static const char *const multicast =
		"a multicast address is not allowed";
	const struct {
		const char *text, *fault;
	} bad[] = {
		{"", form},
		{"/", form},
		{"/24", form},
		{"10.0.0.2", form},
		{"fd00::2", form},
		{"10.0.0/24", form},
		{"10.0.0.256/24", form},
		{"10.0.0.02/24", form},
		{"web/24", form},
		{"fd00:::2/64", form},
		{"fe80::1%eth0/64", form},
		{"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/64",
	         form},
		{"10.0.0.2/", length_v4},
		{"10.0.0.2/0", length_v4},
		{"10.0.0.2/33", length_v4},
		{"10.0.0.2/024", length_v4},
		{"10.0.0.2/24/8", length_v4},
		{"10.0.0.2/255.255.255.0", length_v4},
		{"10.0.0.2/-1", length_v4},
		{"10.0.0.2/ 24", length_v4},
		{"10.0.0.2/4294967320", length_v4},
		{"fd00::2/", length_v6},
		{"fd00::2/0", length_v6},
		{"fd00::2/129", length_v6},
		{"0.0.0.0/8", "the unspecified address is not allowed"},
		{"::/64", "the unspecified address is not allowed"},
		{"127.0.0.1/8", loopback},
		{"127.9.9.9/32", loopback},
		{"::1/128", loopback},
		{"224.0.0.1/24", multicast},
		{"239.255.255.255/32", multicast},
		{"ff02::1/64", multicast},
		{"255.255.255.255/32", "the broadcast address is not allowed"},
		{"::ffff:10.0.0.2/120",
	         "IPv4 is needed as such, not mapped into IPv6"},
		{"10.0.0.0/24",
	         "a host's address is needed, this is the network's own"},
		{"10.0.0.4/30",
	         "a host's address is needed, this is the network's own"},
		{"10.0.0.255/24",
	         "a host's address is needed, this is the network's "
	         "broadcast address"},
		{"10.0.0.7/30",
	         "a host's address is needed, this is the network's "
	         "broadcast address"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct address a = {0}, none = {0};
		const char *fault = address_parse(bad[i].text, &a);

		if (!fault)
			print_message("allowed: %s\n", bad[i].text);
		assert_string_equal(fault, bad[i].fault);
		assert_memory_equal(&a, &none, sizeof(a));
	}
}

static void reads_hosts(void **state)
{
	static const char *const good[] = {"10.0.0.0", "127.0.0.53", "0.0.0.0",
	                                   "fe80::1",  "::1",        "::"};
	static const char *const bad[] = {"",        "10.0.0.1/32", "10.0.0.1 ",
	                                  "fd00::z", "localhost",   "1"};
	struct address a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_null(address_parse_host(good[i], &a));
		assert_int_equal(a.length, a.is_v6 ? 128 : 32);
		assert_int_equal(address_bytes(&a), a.is_v6 ? 16 : 4);
		assert_prints(&a, false, good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_string_equal(
			address_parse_host(bad[i], &a),
			"an IP address is needed, as 10.0.0.1 or fd00::1");
}

static struct address read(const char *text)
{
	struct address a = {0};

	if (strchr(text, '/'))
		assert_null(address_parse(text, &a));
	else
		assert_null(address_parse_host(text, &a));
	return a;
}

static void knows_its_network(void **state)
{
	const struct {
		const char *of, *network, *broadcast;
	} nets[] = {
		{"10.1.2.3/8", "10.0.0.0/8", "10.255.255.255"},
		{"10.1.2.3/23", "10.1.2.0/23", "10.1.3.255"},
		{"10.1.2.5/30", "10.1.2.4/30", "10.1.2.7"},
		{"10.1.2.3/31", "10.1.2.2/31", NULL},
		{"10.1.2.3/32", "10.1.2.3/32", NULL},
		{"fd12:3456::7/20", "fd12:3000::/20", NULL},
		{"fd12::7/128", "fd12::7/128", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(nets) / sizeof(*nets); i++) {
		struct address a = read(nets[i].of);
		struct address network = address_network(&a), last = {0};

		last.length = 32;
		assert_prints(&network, true, nets[i].network);
		assert_int_equal(address_broadcast(&a, last.bytes),
		                 nets[i].broadcast != NULL);
		if (nets[i].broadcast)
			assert_prints(&last, false, nets[i].broadcast);
	}
}

static void knows_who_is_in_it(void **state)
{
	const struct {
		const char *network, *host;
		bool is_in;
	} pairs[] = {
		{"10.0.0.2/24", "10.0.0.254", true},
		{"10.0.0.2/24", "10.0.1.2", false},
		{"10.0.0.2/23", "10.0.1.2", true},
		{"10.0.0.2/32", "10.0.0.2", true},
		{"10.0.0.2/32", "10.0.0.3", false},
		{"10.0.0.2/24", "a00:2::", false},
		{"fd00::2/64", "fd00::ffff:1", true},
		{"fd00::2/64", "fe80::1", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct address a = read(pairs[i].network);
		struct address host = read(pairs[i].host);

		assert_int_equal(address_has(&a, &host), pairs[i].is_in);
	}
}

static void tells_them_apart(void **state)
{
	struct address a = read("10.0.0.2/24"), b = read("10.0.0.2/8");
	struct address c = read("a00:2::"), d = read("10.0.0.3/24");
	struct addresses list = {0};

	(void)state;
	assert_true(address_equals(&a, &b));
	assert_false(address_equals(&a, &c));
	assert_false(address_equals(&a, &d));
	addresses_add(&list, &a);
	addresses_add(&list, &c);
	assert_int_equal(list.n, 2);
	assert_true(address_equals(&list.v[1], &c));
	addresses_done(&list);
	assert_true(!list.v && !list.n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_prints),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(reads_hosts),
		cmocka_unit_test(knows_its_network),
		cmocka_unit_test(knows_who_is_in_it),
		cmocka_unit_test(tells_them_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
