/* SPDX-License-Identifier: MIT */
/*
 * The cables of a sub host: veths from its network namespace to the bridges of
 * the host. They die with the namespace, some 25 ms after it; nobody waits for
 * that: whoever meets the name of a dying one takes it away from it.
 */
#pragma once

struct buf;
struct cables;
struct err;
struct record;
struct sub;

struct cabling {
	const struct sub *sub;
	const struct cables *wanted;
	struct record *record; /* gets what was made; the caller writes it */
	int net_fd;            /* the sub host's namespace */
	struct buf *notes;     /* gets what the user should know */
};

/* Make every cable in a namespace that nobody but the caller has yet: it dies
 * with its descriptor, and the cables with it. */
int cables_make(const struct cabling *c, struct err *err);

/*
 * Make those of one that is up as they are wanted: what is missing is made,
 * what lost its bridge is attached again, what is no longer declared is taken
 * off, addresses newly declared are added. Nothing else is disturbed.
 */
int cables_tend(const struct cabling *c, struct err *err);
