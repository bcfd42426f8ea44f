/* SPDX-License-Identifier: MIT */
/*
 * The cables of a sub host as config declares them: entry n of BRIDGES, with
 * ETHn_ADDRESS, ETHn_GATEWAY and ETHn_MTU, is cable n, inside ethn. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "model/address.h"
#include "model/mac.h"

struct buf;

#define CABLES_MAX       256
#define LINK_NAME_BYTES  16 /* the kernel's IFNAMSIZ, with the NUL */
#define CABLE_NAME_TRIES 4

struct cable {
	char bridge[LINK_NAME_BYTES]; /* "" = attached to nothing */
	bool has_mac;                 /* given; else it is derived */
	struct mac mac;
	unsigned mtu; /* 0 = the bridge's */
	struct addresses addresses, gateways;
};

struct cables {
	struct cable *v;
	size_t n;
};

void cables_done(struct cables *c);

/* Read one entry of BRIDGES into c (all zero before): NULL, or why not, as a
 * clause. */
const char *cable_parse(const char *entry, struct cable *c);

/* As an entry of BRIDGES, append. */
void cable_print(const struct cable *c, struct buf *b);

/*
 * The host's end of cable number of the sub host name: try 0 is NAME and
 * number, false where that does not fit; the later ones (below
 * CABLE_NAME_TRIES) the first bytes of NAME, 6 hex digits of a hash, number.
 */
bool cable_link_name(const char *name, unsigned number, unsigned try,
                     char ret_link[static LINK_NAME_BYTES]);

/* All of them as one line of text without anything to escape, to be compared
 * with what it was at the start; append. */
void cables_describe(const struct cables *c, struct buf *b);
