/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/mac.h"

static const uint8_t machine[16] = {0, 1, 2,  3,  4,  5,  6,  7,
                                    8, 9, 10, 11, 12, 13, 14, 15};

static void assert_prints(const struct mac *mac, const char *wanted)
{
	char text[MAC_TEXT];

	mac_print(mac, text);
	assert_string_equal(text, wanted);
}

static void reads_and_prints(void **state)
{
	struct mac mac = {0}, other = {0};

	(void)state;
	assert_int_equal(mac_parse("02:00:5E:10:aF:09", &mac), 0);
	assert_prints(&mac, "02:00:5e:10:af:09");
	assert_int_equal(mac_parse("02:00:5e:10:Af:09", &other), 0);
	assert_true(mac_equals(&mac, &other));
	assert_int_equal(mac_parse("00:00:00:00:00:01", &other), 0);
	assert_false(mac_equals(&mac, &other));
	assert_int_equal(mac_parse("fe:ff:ff:ff:ff:ff", &other), 0);
	assert_prints(&other, "fe:ff:ff:ff:ff:ff");
}

static void refuses_what_is_none(void **state)
{
	static const char *const bad[] = {
		"",
		"02",
		"02:00:5e:10:00",
		"02:00:5e:10:00:01:",
		"02:00:5e:10:00:01:02",
		"02-00-5e-10-00-01",
		"02:00:5e:10:00:0g",
		"02:00:5e:10:00:g0",
		"2:00:5e:10:00:001",
		"02005e1000010000x",
		"02:00:5e:10:00: 1",
		" 2:00:5e:10:00:01",
		"02:00:5e:10:00:+1",
		"02:00:5e:10:00/01",
	};
	struct mac mac = {{1, 2, 3, 4, 5, 6}};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(mac_parse(bad[i], &mac), -EINVAL);
	assert_int_equal(mac_parse("00:00:00:00:00:00", &mac), -EADDRNOTAVAIL);
	assert_int_equal(mac_parse("01:00:5e:00:00:01", &mac), -EADDRNOTAVAIL);
	assert_int_equal(mac_parse("ff:ff:ff:ff:ff:ff", &mac), -EADDRNOTAVAIL);
	assert_prints(&mac, "01:02:03:04:05:06");
}

/* These values must never change: an OpenSSL SIPHASH has computed them. */
static void derives_the_same_for_ever(void **state)
{
	struct mac mac = mac_derive(machine, "web", 0), out;

	(void)state;
	assert_prints(&mac, "ba:39:7b:f4:67:2f");
	mac = mac_derive(machine, "web", 258);
	assert_prints(&mac, "72:2c:ac:54:90:de");
	assert_int_equal(mac_parse("02:00:5e:10:00:01", &mac), 0);
	out = mac_outside(&mac);
	assert_prints(&out, "fe:21:4c:50:56:62");
}

static void derives_good_ones(void **state)
{
	uint8_t other[16] = {0};
	struct mac first = mac_derive(machine, "a", 0), mac;

	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		mac = mac_derive(machine, "a", i);
		assert_int_equal(mac.bytes[0] & 3, 2);
		assert_true(!i == mac_equals(&mac, &first));
		mac = mac_outside(&mac);
		assert_int_equal(mac.bytes[0], 0xfe);
	}
	mac = mac_derive(machine, "b", 0);
	assert_false(mac_equals(&mac, &first));
	mac = mac_derive(other, "a", 0);
	assert_false(mac_equals(&mac, &first));
	first = mac_derive(machine, "a1", 0);
	mac = mac_derive(machine, "a", 10);
	assert_false(mac_equals(&mac, &first));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_prints),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(derives_the_same_for_ever),
		cmocka_unit_test(derives_good_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
