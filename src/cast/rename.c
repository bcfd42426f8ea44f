/* SPDX-License-Identifier: MIT */
/* A peer gets another name, wherever it is named. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cast/casts.h"

static bool is_it(const char *text, const char *name)
{
	return text && !strcmp(text, name);
}

static bool offer_names(const struct offer *o, const char *peer)
{
	return is_it(o->giver, peer) || is_it(o->receiver, peer);
}

static bool acceptance_names(const struct acceptance *a, const char *peer)
{
	return is_it(a->giver, peer) || is_it(a->receiver, peer);
}

static bool block_names(const struct block *b, const char *peer)
{
	return is_it(b->peer, peer) || is_it(b->receiver, peer);
}

bool casts_mention(const struct casts *c, const char *peer)
{
	for (size_t i = 0; i < c->n_offers; i++)
		if (offer_names(&c->offers[i], peer))
			return true;
	for (size_t i = 0; i < c->n_acceptances; i++)
		if (acceptance_names(&c->acceptances[i], peer))
			return true;
	for (size_t i = 0; i < c->n_blocks; i++)
		if (block_names(&c->blocks[i], peer))
			return true;
	return false;
}

static void rename_one(char **text, const char *old, const char *new)
{
	if (!is_it(*text, old))
		return;
	free(*text);
	*text = mem_copy(new);
}

/* Put in anew, as what is found by its names; two of the same become one. */
static void unite(struct casts *c)
{
	struct casts all = *c;

	*c = (struct casts){0};
	for (size_t i = 0; i < all.n_offers; i++)
		casts_offer(c, &all.offers[i]);
	for (size_t i = 0; i < all.n_acceptances; i++)
		casts_accept(c, &all.acceptances[i]);
	for (size_t i = 0; i < all.n_blocks; i++)
		casts_block(c, &all.blocks[i]);
	casts_done(&all);
}

/* The same where no two can be: nothing is compared. */
static void renew(struct casts *c)
{
	struct casts all = *c;

	*c = (struct casts){0};
	casts_copy(c, &all);
	casts_done(&all);
}

void casts_rename(struct casts *c, const char *old, const char *new)
{
	bool is_free = !casts_mention(c, new);

	for (size_t i = 0; i < c->n_offers; i++) {
		rename_one(&c->offers[i].giver, old, new);
		rename_one(&c->offers[i].receiver, old, new);
	}
	for (size_t i = 0; i < c->n_acceptances; i++) {
		rename_one(&c->acceptances[i].giver, old, new);
		rename_one(&c->acceptances[i].receiver, old, new);
	}
	for (size_t i = 0; i < c->n_blocks; i++) {
		rename_one(&c->blocks[i].receiver, old, new);
		rename_one(&c->blocks[i].peer, old, new);
	}
	if (is_free)
		renew(c);
	else
		unite(c);
}
