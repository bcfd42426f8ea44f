/* SPDX-License-Identifier: MIT */
/* How cables are made and set up; host/cables says which. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "model/cable.h"
#include "sys/link.h"

struct cabling;
struct err;

/* One cable at work. */
struct patch {
	unsigned number;
	const struct cable *wanted;
	struct mac mac, outside;
	bool is_there;        /* it was before */
	int bridge;           /* index; 0 = none is wanted */
	unsigned mtu;         /* of the bridge */
	unsigned try;         /* which of its possible names it has */
	char link[LINK_NAME]; /* the host's end */
	char inside[LINK_NAME];
	int index, inside_index;
};

struct job {
	const struct cabling *c;
	struct netlink out; /* in the host's namespace */
	struct patch *v;
	size_t n;
	bool is_up;   /* the namespace was there before us */
	bool is_same; /* nothing is declared otherwise than it was */
};

/* Make those that are not there, marked and up, with a name of their own. */
int cabling_make(struct job *j, struct err *err);

/* Set up the inside of those that were made, or of all when what is declared
 * has changed: up, addresses, routes. */
int cabling_configure(struct job *j, struct err *err);

/* Refuse one whose MAC another cable at its bridge has, and note one whose
 * given MAC the bridge has seen elsewhere. */
int cabling_check_mac(struct job *j, const struct patch *p, struct err *err);

/* The MTU of the host's end: never below the bridge's, which would take it for
 * its own. */
unsigned cabling_mtu_outside(const struct patch *p);

/* "cannot WHAT cable 0 (web0 on br0): …", with the kernel's own words. */
int cabling_fail(const struct job *j, const struct patch *p, int r,
                 const char *what, struct err *err);
