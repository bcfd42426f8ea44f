/* SPDX-License-Identifier: MIT */
/*
 * What is derived here is remembered by switches, DHCP servers and guests: the
 * keys, and what is hashed in which order, must never change.
 */
#include "model/mac.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/hash.h"

#define MULTICAST 0x01 /* in the first byte */
#define LOCAL     0x02 /* administered locally */
#define HIGHEST   0xfe /* of the unicast ones */

static int digit(char c)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	if (!at)
		return -1;
	return (int)(at - digits) - (at - digits > 15 ? 6 : 0);
}

int mac_parse(const char *text, struct mac *ret_mac)
{
	static const struct mac zero;
	struct mac mac = {0};

	if (strlen(text) != MAC_TEXT - 1)
		return -EINVAL;
	for (size_t i = 0; i < MAC_BYTES; i++, text += 3) {
		int high = digit(text[0]), low = digit(text[1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		if (text[2] != (i + 1 < MAC_BYTES ? ':' : '\0'))
			return -EINVAL;
		mac.bytes[i] = (uint8_t)(high << 4 | low);
	}
	if (mac.bytes[0] & MULTICAST || mac_equals(&mac, &zero))
		return -EADDRNOTAVAIL;
	*ret_mac = mac;
	return 0;
}

void mac_print(const struct mac *mac, char ret_text[static MAC_TEXT])
{
	const uint8_t *b = mac->bytes;

	snprintf(ret_text, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", b[0],
	         b[1], b[2], b[3], b[4], b[5]);
}

bool mac_equals(const struct mac *a, const struct mac *b)
{
	return !memcmp(a->bytes, b->bytes, MAC_BYTES);
}

/* The low bytes of hash, the lowest first. */
static struct mac mac_of(uint64_t hash)
{
	struct mac mac;

	for (size_t i = 0; i < MAC_BYTES; i++)
		mac.bytes[i] = (uint8_t)(hash >> (8 * i));
	return mac;
}

/* Hashed are name, a NUL, and number as 4 bytes, the lowest first. */
struct mac mac_derive(const uint8_t machine[static 16], const char *name,
                      unsigned number)
{
	AUTO(buf) struct buf text = {0};
	struct mac mac;

	buf_add(&text, name, strlen(name) + 1);
	for (int shift = 0; shift < 32; shift += 8)
		buf_putc(&text, (char)(number >> shift));
	mac = mac_of(hash_sip(machine, text.data, text.len));
	mac.bytes[0] = (uint8_t)((mac.bytes[0] & ~MULTICAST) | LOCAL);
	return mac;
}

struct mac mac_outside(const struct mac *inside)
{
	static const uint8_t key[HASH_KEY_BYTES] = "subhost outside";
	struct mac mac = mac_of(hash_sip(key, inside->bytes, MAC_BYTES));

	mac.bytes[0] = HIGHEST;
	return mac;
}
