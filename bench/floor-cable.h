/* SPDX-License-Identifier: MIT */
/* A cable of the floor's: a veth from a bridge to eth0 inside. */
#pragma once

#include <net/if.h>
#include <stdint.h>

#include "floor.h"

struct cable {
	char bridge[IFNAMSIZ]; /* "" = no cable */
	char link[IFNAMSIZ];   /* the host's end: name and 0, as a sub host's */
	uint32_t address;      /* IPv4, in network order */
	uint8_t length;        /* 0 = no address */
};

/* BRIDGE[,ADDRESS/LEN] for the place called name; or the end. */
void cable_parse(struct cable *cable, const char *text, const char *name);

/* rtnetlink in the caller's network namespace: -1 and errno, or it. */
int cable_socket(void);

/* Make it, into the namespace net_fd; netlink_fd, which was opened in there, is
 * closed. */
void cable_make(const struct cable *cable, int net_fd, int netlink_fd);
