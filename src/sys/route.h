/* SPDX-License-Identifier: MIT */
/* Addresses of links and default routes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sys/netlink.h"

struct route_address {
	bool is_v6;
	uint8_t length;
	uint8_t bytes[16];        /* 4 of IPv4 */
	const uint8_t *broadcast; /* 4 bytes, or NULL */
};

/* Put the request for an address of a link; IPv6 ones do without duplicate
 * address detection, so that a service can bind them at once. -EEXIST in its
 * result: it has it. */
void route_add_address(struct netlink *nl, int index,
                       const struct route_address *a);

/* Put the request to take one away again. */
void route_remove_address(struct netlink *nl, int index,
                          const struct route_address *a);

struct route_gateway {
	bool is_v6;
	bool is_onlink;    /* it lies in no network of the link */
	uint32_t priority; /* 0 = the kernel's default */
	uint8_t bytes[16];
};

/* Put the request for a default route. */
void route_add_default(struct netlink *nl, int index,
                       const struct route_gateway *g);

/* Every address of the namespace, link by link; index 0 = of all links.
 * is_global tells global ones from those of the link alone (fe80::). */
struct route_found {
	int index;
	bool is_global;
	struct route_address address;
};

int route_each_address(struct netlink *nl, int index,
                       void (*each)(void *arg, const struct route_found *f),
                       void *arg);
