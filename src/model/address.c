/* SPDX-License-Identifier: MIT */
/*
 * An address is what a sub host can have: one of a host, not of a network, a
 * group or a loop. The libc reads and writes them; musl and glibc agree on what
 * they read, but may shorten the zeros of an IPv6 address in two ways.
 */
#include "model/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define V4_BITS  32
#define V6_BITS  128
#define V4_BYTES 4
#define LOOPBACK 127 /* the first byte of 127.0.0.0/8 */

void addresses_add(struct addresses *a, const struct address *one)
{
	a->v = mem_resize(a->v, a->n + 1, sizeof(*a->v));
	a->v[a->n++] = *one;
}

void addresses_done(struct addresses *a)
{
	free(a->v);
	*a = (struct addresses){0};
}

size_t address_bytes(const struct address *a)
{
	return a->is_v6 ? sizeof(a->bytes) : V4_BYTES;
}

static unsigned bits_of(const struct address *a)
{
	return a->is_v6 ? V6_BITS : V4_BITS;
}

static bool parse_bytes(const char *text, struct address *ret_address)
{
	struct address a = {.is_v6 = strchr(text, ':')};

	if (inet_pton(a.is_v6 ? AF_INET6 : AF_INET, text, a.bytes) != 1)
		return false;
	a.length = (uint8_t)bits_of(&a);
	*ret_address = a;
	return true;
}

const char *address_parse_host(const char *text, struct address *ret_address)
{
	if (!parse_bytes(text, ret_address))
		return "an IP address is needed, as 10.0.0.1 or fd00::1";
	return NULL;
}

/* The bits of a network's part: 1 to max, in decimal; 0 if it is none. */
static unsigned parse_length(const char *text, unsigned max)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long length = strtoul(text, NULL, 10);

	if (text[digits] || digits > 3 || *text == '0' || length > max)
		return 0;
	return (unsigned)length;
}

/* Is every bit of a's host part value? */
static bool host_part_is(const struct address *a, bool value)
{
	for (unsigned i = a->length; i < bits_of(a); i++)
		if ((a->bytes[i / 8] >> (7 - i % 8) & 1) != value)
			return false;
	return true;
}

static bool is_mapped(const struct address *a)
{
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

	return a->is_v6 && !memcmp(a->bytes, prefix, sizeof(prefix));
}

static bool is_loopback(const struct address *a)
{
	static const uint8_t one[16] = {[15] = 1};

	return a->is_v6 ? !memcmp(a->bytes, one, sizeof(one))
	                : *a->bytes == LOOPBACK;
}

static bool is_multicast(const struct address *a)
{
	return a->is_v6 ? *a->bytes == 0xff : *a->bytes >> 4 == 0xe;
}

const char *address_fault(const struct address *a)
{
	static const uint8_t zeros[16], ones[V4_BYTES] = {255, 255, 255, 255};

	if (!memcmp(a->bytes, zeros, address_bytes(a)))
		return "the unspecified address is not allowed";
	if (is_loopback(a))
		return "a loopback address is not allowed";
	if (is_multicast(a))
		return "a multicast address is not allowed";
	if (is_mapped(a))
		return "IPv4 is needed as such, not mapped into IPv6";
	if (!a->is_v6 && !memcmp(a->bytes, ones, sizeof(ones)))
		return "the broadcast address is not allowed";
	return NULL;
}

/* The first and the last address of an IPv4 network are no host's, but in a
 * network of two (RFC 3021) or one. */
static const char *find_fault(const struct address *a)
{
	const char *fault = address_fault(a);

	if (fault || a->is_v6 || a->length >= V4_BITS - 1)
		return fault;
	if (host_part_is(a, 0))
		return "a host's address is needed, this is the network's own";
	if (host_part_is(a, 1))
		return "a host's address is needed, this is the network's "
		       "broadcast address";
	return NULL;
}

const char *address_parse(const char *text, struct address *ret_address)
{
	const char *slash = strchr(text, '/'), *fault;
	char host[INET6_ADDRSTRLEN];
	size_t len = slash ? (size_t)(slash - text) : sizeof(host);
	struct address a;

	if (len < sizeof(host)) {
		memcpy(host, text, len);
		host[len] = '\0';
	}
	if (len >= sizeof(host) || !parse_bytes(host, &a))
		return "ADDRESS/LEN is needed, as 10.0.0.2/24 or fd00::2/64";
	a.length = (uint8_t)parse_length(slash + 1, bits_of(&a));
	if (!a.length)
		return a.is_v6 ? "a LEN from 1 to 128 is needed behind the /"
		               : "a LEN from 1 to 32 is needed behind the /";
	fault = find_fault(&a);
	if (!fault)
		*ret_address = a;
	return fault;
}

void address_print(const struct address *a, bool with_length,
                   char ret_text[static ADDRESS_TEXT])
{
	char host[INET6_ADDRSTRLEN] = "";

	inet_ntop(a->is_v6 ? AF_INET6 : AF_INET, a->bytes, host, sizeof(host));
	if (with_length || a->length != bits_of(a))
		snprintf(ret_text, ADDRESS_TEXT, "%s/%u", host, a->length);
	else
		snprintf(ret_text, ADDRESS_TEXT, "%s", host);
}

bool address_equals(const struct address *a, const struct address *b)
{
	return a->is_v6 == b->is_v6 &&
	       !memcmp(a->bytes, b->bytes, address_bytes(a));
}

/* Set the bits of a's host part to value. */
static void fill_host_part(struct address *a, bool value)
{
	for (unsigned i = a->length; i < bits_of(a); i++) {
		unsigned bit = 0x80u >> i % 8;
		unsigned byte = a->bytes[i / 8];

		a->bytes[i / 8] = (uint8_t)(value ? byte | bit : byte & ~bit);
	}
}

bool address_has(const struct address *a, const struct address *host)
{
	struct address wanted = address_network(a), found = *host;

	found.length = a->length;
	if (a->is_v6 != host->is_v6)
		return false;
	found = address_network(&found);
	return address_equals(&wanted, &found);
}

bool address_broadcast(const struct address *a, uint8_t ret_bytes[static 4])
{
	struct address last = *a;

	if (a->is_v6 || a->length >= V4_BITS - 1)
		return false;
	fill_host_part(&last, 1);
	memcpy(ret_bytes, last.bytes, V4_BYTES);
	return true;
}

struct address address_network(const struct address *a)
{
	struct address network = *a;

	fill_host_part(&network, 0);
	return network;
}
