/* SPDX-License-Identifier: MIT */
/* Ethernet addresses: reading, writing, and the ones that we derive. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MAC_BYTES 6
#define MAC_TEXT  18 /* of its text, with the NUL */

struct mac {
	uint8_t bytes[MAC_BYTES];
};

/* Read "02:00:5e:10:00:01": 0, or -EINVAL (the text is none), -EADDRNOTAVAIL
 * (multicast or all zero: no address of an interface). */
int mac_parse(const char *text, struct mac *ret_mac);

void mac_print(const struct mac *mac, char ret_text[static MAC_TEXT]);

bool mac_equals(const struct mac *a, const struct mac *b);

/* The MAC inside of a sub host's cable that was given none: locally
 * administered, unicast; the same whenever machine (16 bytes), name and number
 * are the same. */
struct mac mac_derive(const uint8_t machine[static 16], const char *name,
                      unsigned number);

/* The MAC of the host's end: fe: and a hash of the MAC inside. A bridge takes
 * the lowest MAC of its ports for its own, so it shall be a high one. And it
 * tells cables of equal MAC apart from others. */
struct mac mac_outside(const struct mac *inside);
