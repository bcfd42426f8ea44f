/* SPDX-License-Identifier: MIT */
/* Network links: what they are, veth pairs, bridges. Requests are put into a
 * struct netlink; functions that return something also send it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sys/netlink.h"

#define LINK_NAME  16  /* bytes with the NUL: the kernel's IFNAMSIZ */
#define LINK_ALIAS 256 /* IFALIASZ */
#define LINK_MAC   6
#define LINK_LO    1 /* the index of lo, in every namespace */

struct link {
	int index;
	int master;     /* 0 = none */
	int peer;       /* of a veth: the other end's index, in its namespace */
	int peer_netns; /* that namespace's id in this one; -1: this one */
	unsigned mtu;
	bool is_up;
	char name[LINK_NAME];
	char kind[LINK_NAME]; /* veth, bridge, …; "" = hardware, lo */
	char alias[LINK_ALIAS];
	uint8_t mac[LINK_MAC];
	uint64_t rx_bytes, rx_packets, tx_bytes, tx_packets;
};

/* Ask for one, by index, or by name (also an alternative one) if index is 0. */
void link_ask(struct netlink *nl, int index, const char *name);

/* Is that an RTM_NEWLINK? Then read it. */
bool link_read(const struct nlmsghdr *message, struct link *ret_link);

/* 0, -ENODEV, or -errno. */
int link_find(struct netlink *nl, const char *name, struct link *ret_link);
int link_look(struct netlink *nl, int index, struct link *ret_link);

/* A descriptor that can be read from when links come, go or change; the
 * caller's, or -errno. */
int link_watch(void);

/* Every link of the namespace; of_kind (NULL: all) and of_master (0: all)
 * leave out others, in the kernel. */
int link_each(struct netlink *nl, const char *of_kind, int of_master,
              void (*each)(void *arg, const struct link *link), void *arg);

struct link_veth {
	const char *name; /* fails with -EEXIST when it is taken */
	const uint8_t *mac;
	unsigned mtu; /* 0 = the kernel's default */
	int master;   /* attach to that bridge; 0 = to none */
	int peer_netns_fd;
	const char *peer_name;
	const uint8_t *peer_mac;
	unsigned peer_mtu;
};

/* Put the request for a pair; neither end is up. */
void link_make_veth(struct netlink *nl, const struct link_veth *veth);

/* Put the request for a bridge, not up. Without a MAC of its own it takes the
 * lowest of its ports', whichever that is at the time. */
void link_make_bridge(struct netlink *nl, const char *name,
                      const uint8_t mac[LINK_MAC]);
void link_delete(struct netlink *nl, int index);

/* What of a link is to be changed: found by index, or by name if that is 0. */
struct link_change {
	int index;
	const char *name;
	const char *alias;  /* NULL = leave */
	const char *rename; /* NULL = leave; "x%d": a free number */
	const int *master;  /* NULL = leave; 0 = none */
	int up;             /* 1 up, -1 down, 0 leave */
};

void link_set(struct netlink *nl, const struct link_change *change);
void link_add_altname(struct netlink *nl, const char *name,
                      const char *altname);

void link_drop_altname(struct netlink *nl, int index, const char *altname);

/* Which port of a bridge a MAC is known at: its index, 0 when it is not known,
 * or -errno. *ret_is_own says that it is the port's own MAC and not one that
 * was learned. */
int link_find_mac(struct netlink *nl, int bridge, const uint8_t mac[LINK_MAC],
                  bool *ret_is_own);
