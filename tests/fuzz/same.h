/* SPDX-License-Identifier: MIT */
/* Do two casts say the same? For fuzz targets: who does not, aborts. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cast/casts.h"
#include "cast/ini.h"

static inline void must(bool claim)
{
	if (!claim)
		abort();
}

static inline bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static inline bool has_offer(const struct casts *c, const struct offer *like)
{
	for (size_t i = 0; i < c->n_offers; i++) {
		const struct offer *o = &c->offers[i];

		if (same_text(o->giver, like->giver) &&
		    same_text(o->path, like->path) &&
		    same_text(o->receiver, like->receiver) &&
		    same_text(o->target, like->target))
			return o->mode == like->mode;
	}
	return false;
}

static inline bool has_block(const struct casts *c, const struct block *like)
{
	for (size_t i = 0; i < c->n_blocks; i++) {
		const struct block *b = &c->blocks[i];

		if (same_text(b->receiver, like->receiver) &&
		    same_text(b->peer, like->peer) &&
		    same_text(b->path, like->path))
			return true;
	}
	return false;
}

/* The n-th acceptance of a receiver, or NULL. */
static inline const struct acceptance *nth_of(const struct casts *c,
                                              const char *receiver, size_t n)
{
	for (size_t i = 0; i < c->n_acceptances; i++)
		if (!strcmp(c->acceptances[i].receiver, receiver) && !n--)
			return &c->acceptances[i];
	return NULL;
}

static inline bool same_acceptance(const struct acceptance *a,
                                   const struct acceptance *b)
{
	return same_text(a->giver, b->giver) && same_text(a->path, b->path) &&
	       same_text(a->target, b->target) && a->mode == b->mode;
}

/* The acceptances of each receiver have to be in the same order. */
static inline void check_same(const struct casts *a, const struct casts *b)
{
	must(a->n_offers == b->n_offers);
	must(a->n_acceptances == b->n_acceptances);
	must(a->n_blocks == b->n_blocks);
	for (size_t i = 0; i < a->n_offers; i++)
		must(has_offer(b, &a->offers[i]));
	for (size_t i = 0; i < a->n_blocks; i++)
		must(has_block(b, &a->blocks[i]));
	for (size_t i = 0; i < a->n_acceptances; i++) {
		const struct acceptance *of = &a->acceptances[i], *in_a, *in_b;

		for (size_t n = 0; (in_a = nth_of(a, of->receiver, n)); n++) {
			in_b = nth_of(b, of->receiver, n);
			must(in_b && same_acceptance(in_a, in_b));
		}
	}
}

/* text has to become what reads as now, and then stay so. */
static inline void check_rewrite(const char *text, size_t len,
                                 const struct casts *now)
{
	AUTO(buf) struct buf once = {0}, twice = {0};
	AUTO(casts) struct casts read = {0};
	struct err err = {0};

	ini_rewrite(text, len, now, &once);
	must(!ini_parse(buf_text(&once), once.len, "ini", &read, &err));
	check_same(now, &read);
	ini_rewrite(buf_text(&once), once.len, now, &twice);
	must(!strcmp(buf_text(&once), buf_text(&twice)));
}
