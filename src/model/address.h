/* SPDX-License-Identifier: MIT */
/* IPv4 and IPv6 addresses of a cable, with the length of their network. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADDRESS_TEXT 52 /* of the longest text, with /LEN and NUL */

struct address {
	bool is_v6;
	uint8_t length;    /* of the network's part, in bits */
	uint8_t bytes[16]; /* 4 of IPv4; network order */
};

struct addresses {
	struct address *v;
	size_t n;
};

void addresses_add(struct addresses *a, const struct address *one);
void addresses_done(struct addresses *a);

/* How many bytes of it count: 4 or 16. */
size_t address_bytes(const struct address *a);

/* Read ADDRESS/LEN, an interface's address; or ADDRESS alone, whatever it is
 * of (its length is 32 or 128). NULL, or why it is none, as a clause for a
 * message: "ADDRESS/LEN is needed, as 10.0.0.2/24 or fd00::2/64". */
const char *address_parse(const char *text, struct address *ret_address);
const char *address_parse_host(const char *text, struct address *ret_address);

/* Why it is the address of no single host in a network, as such a clause:
 * loopback, multicast, …; or NULL. address_parse() has asked already. */
const char *address_fault(const struct address *a);

/* "10.0.0.2/24"; of a length of 32 or 128 with_length decides. */
void address_print(const struct address *a, bool with_length,
                   char ret_text[static ADDRESS_TEXT]);

/* The same address, whatever the lengths. */
bool address_equals(const struct address *a, const struct address *b);

/* Does host lie in the network of a? */
bool address_has(const struct address *a, const struct address *host);

/* The broadcast address of a's network, IPv4 of a length below 31. */
bool address_broadcast(const struct address *a, uint8_t ret_bytes[static 4]);

/* The network that a is in: its host bits zero. */
struct address address_network(const struct address *a);
