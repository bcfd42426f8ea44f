/* SPDX-License-Identifier: MIT */
/*
 * A link's name has 15 bytes at most and a sub host's 63: what does not fit is
 * told apart by a hash. Its key and its input must never change while a sub
 * host is up, so they never do.
 */
#include "model/cable.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/hash.h"

#define HASH_DIGITS 6

void cables_done(struct cables *c)
{
	for (size_t i = 0; i < c->n; i++) {
		addresses_done(&c->v[i].addresses);
		addresses_done(&c->v[i].gateways);
	}
	free(c->v);
	*c = (struct cables){0};
}

/* What the kernel lets a link be called, but for the bytes that it takes and
 * nobody can read. */
static bool is_link_byte(char byte)
{
	unsigned char c = (unsigned char)byte;

	return c > ' ' && c != 0x7f && !strchr("/:=", c);
}

static const char *find_bridge_fault(const char *name)
{
	if (strlen(name) >= LINK_NAME_BYTES)
		return "a bridge's name has at most 15 bytes";
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return "a bridge cannot be called . or ..";
	for (; *name; name++)
		if (!is_link_byte(*name))
			return "a bridge's name has no blanks, no control "
			       "characters and no /";
	return NULL;
}

static const char *read_mac(const char *text, struct cable *c)
{
	switch (mac_parse(text, &c->mac)) {
	case 0:
		c->has_mac = true;
		return NULL;
	case -EADDRNOTAVAIL:
		return "the MAC of an interface is needed, neither zero nor "
		       "multicast (an odd first byte)";
	default:
		return "a MAC of six bytes in hex is needed, as "
		       "02:00:5e:10:00:01";
	}
}

const char *cable_parse(const char *entry, struct cable *c)
{
	size_t len = strcspn(entry, "=:");
	char bridge[LINK_NAME_BYTES + 1] = ""; /* one too long is seen */
	const char *fault;

	memcpy(bridge, entry, len < sizeof(bridge) ? len : LINK_NAME_BYTES);
	fault = find_bridge_fault(bridge);
	/* "=" and ":" alone are the cable attached to nothing. */
	if (!fault && entry[len] && (len || entry[1]))
		fault = read_mac(entry + len + 1, c);
	if (!fault)
		memcpy(c->bridge, bridge, sizeof(c->bridge));
	return fault;
}

void cable_print(const struct cable *c, struct buf *b)
{
	char mac[MAC_TEXT] = "";

	if (c->has_mac)
		mac_print(&c->mac, mac);
	buf_puts(b, c->bridge);
	if (c->has_mac || !*c->bridge)
		buf_printf(b, "=%s", mac);
}

/* The name as it is shown in the later tries: it takes 15 bytes where there
 * are that many, digits included. Hashed are name, a NUL, number and try. */
static void print_hashed(const char *name, unsigned number, unsigned try,
                         char ret_link[static LINK_NAME_BYTES])
{
	static const uint8_t key[HASH_KEY_BYTES] = "subhost's cable";
	AUTO(buf) struct buf text = {0};
	uint64_t hash;
	int digits;

	buf_add(&text, name, strlen(name) + 1);
	buf_printf(&text, "%u %u", number, try);
	hash = hash_sip(key, text.data, text.len);
	digits = snprintf(NULL, 0, "%u", number);
	snprintf(ret_link, LINK_NAME_BYTES, "%.*s%0*x%u",
	         LINK_NAME_BYTES - 1 - HASH_DIGITS - digits, name, HASH_DIGITS,
	         (unsigned)(hash & 0xffffff), number);
}

bool cable_link_name(const char *name, unsigned number, unsigned try,
                     char ret_link[static LINK_NAME_BYTES])
{
	char link[LINK_NAME_BYTES];
	int len;

	if (try) {
		print_hashed(name, number, try, ret_link);
		return true;
	}
	len = snprintf(link, sizeof(link), "%s%u", name, number);
	if (len >= LINK_NAME_BYTES)
		return false;
	memcpy(ret_link, link, sizeof(link));
	return true;
}

/* Nothing but letters, digits, '_', '-' and '.' as they are. */
static void describe_bridge(const char *bridge, struct buf *b)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789_-.";

	for (; *bridge; bridge++)
		if (strchr(plain, *bridge))
			buf_putc(b, *bridge);
		else
			buf_printf(b, "%%%02x", (unsigned char)*bridge);
}

/* In hex: the two libcs may write one IPv6 address in two ways. */
static void describe_addresses(const struct addresses *a, char mark,
                               struct buf *b)
{
	for (size_t i = 0; i < a->n; i++) {
		buf_putc(b, mark);
		for (size_t k = 0; k < address_bytes(&a->v[i]); k++)
			buf_printf(b, "%02x", a->v[i].bytes[k]);
		buf_printf(b, "/%u", a->v[i].length);
	}
}

void cables_describe(const struct cables *c, struct buf *b)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct cable *cable = &c->v[i];
		char mac[MAC_TEXT] = "";

		if (cable->has_mac)
			mac_print(&cable->mac, mac);
		if (i)
			buf_putc(b, ' ');
		describe_bridge(cable->bridge, b);
		buf_printf(b, "=%s~%u", mac, cable->mtu);
		describe_addresses(&cable->addresses, '+', b);
		describe_addresses(&cable->gateways, '>', b);
	}
}
