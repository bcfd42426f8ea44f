/* SPDX-License-Identifier: MIT */
/*
 * The page of casts that a sub host sees in /syscmd/casts, and showcast shows:
 * a line each, STATE MODE PEER:SOURCE TARGET REASON, parted by tabs, %XX. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct casts;
struct ledger;

enum page_state {
	PAGE_ACTIVE,    /* mounted here */
	PAGE_WAITING,   /* accepted, but the reason says why not */
	PAGE_OFFERED,   /* to it, and it has said nothing */
	PAGE_PUBLISHED, /* to all, and it has said nothing */
	PAGE_BLOCKED,   /* offered or published, and it refuses it */
	PAGE_GIVEN,     /* by it: PEER:SOURCE is the receiver and its target,
	                 * TARGET its own path; PEER is * of a published one */
	PAGE_STATES
};

const char *page_state_name(enum page_state state);

/* CAST_RO and CAST_NOEXEC as "rw", "ro", "rw,noexec", "ro,noexec". */
const char *page_mode_name(unsigned mode);

struct page_item {
	enum page_state state;
	unsigned mode;
	char *peer, *source, *target, *reason; /* owned; reason "" for none */
};

struct page {
	struct page_item *v;
	size_t n;
};

void page_done(struct page *p);

/* All that concerns who: what it receives by order of target, then what it
 * gives. held says what of it hangs or waits (empty when it is not up; what is
 * accepted waits then). Two sources for one target are told in the reason. A
 * receiver never sees what is not addressed to it. For "host": what it gives.
 */
void page_collect(struct page *p, const struct casts *c,
                  const struct ledger *held, const char *who);

void page_print(const struct page *p, struct buf *b);

/* Read what page_print() wrote: 0 or -EPROTO. */
int page_parse(struct page *p, const char *text);

/* The table that showcast prints: what is active; with all, everything. Says
 * so where there is nothing. Bytes a guest chose are escaped. */
void page_show(const struct page *p, bool all, struct buf *b);

static inline void page_auto(struct page *p)
{
	page_done(p);
}
