/* SPDX-License-Identifier: MIT */

#include "cast/casts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void offer_done(struct offer *o)
{
	free(o->giver);
	free(o->path);
	free(o->receiver);
	free(o->target);
}

static void acceptance_done(struct acceptance *a)
{
	free(a->receiver);
	free(a->giver);
	free(a->path);
	free(a->target);
}

static void block_done(struct block *b)
{
	free(b->receiver);
	free(b->peer);
	free(b->path);
}

uint32_t casts_hash(const char *a, const char *b)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (; *a; a++)
		hash = (hash ^ (unsigned char)*a) * 16777619u;
	hash *= 16777619u;
	for (; b && *b; b++)
		hash = (hash ^ (unsigned char)*b) * 16777619u;
	return hash;
}

void casts_done(struct casts *c)
{
	for (size_t i = 0; i < c->n_offers; i++)
		offer_done(&c->offers[i]);
	for (size_t i = 0; i < c->n_acceptances; i++)
		acceptance_done(&c->acceptances[i]);
	for (size_t i = 0; i < c->n_blocks; i++)
		block_done(&c->blocks[i]);
	free(c->offers);
	free(c->acceptances);
	free(c->blocks);
	*c = (struct casts){0};
}

void casts_copy(struct casts *to, const struct casts *from)
{
	for (size_t i = 0; i < from->n_offers; i++)
		casts_add_offer(to, &from->offers[i]);
	for (size_t i = 0; i < from->n_acceptances; i++)
		casts_add_acceptance(to, &from->acceptances[i]);
	for (size_t i = 0; i < from->n_blocks; i++)
		casts_add_block(to, &from->blocks[i]);
}

/* Room for one more: an array of n has room for the next power of two, or
 * more where it has shrunk. */
static void *grow(void *array, size_t n, size_t size)
{
	return n & (n - 1) ? array : mem_resize(array, n ? 2 * n : 1, size);
}

static char *copy(const char *text)
{
	return text ? mem_copy(text) : NULL;
}

void casts_add_offer(struct casts *c, const struct offer *offer)
{
	c->offers = grow(c->offers, c->n_offers, sizeof(*offer));
	c->offers[c->n_offers++] = (struct offer){
		.giver = copy(offer->giver),
		.path = copy(offer->path),
		.receiver = copy(offer->receiver),
		.target = copy(offer->target),
		.mode = offer->mode,
		.source = casts_hash(offer->giver, offer->path),
		.whom = offer->receiver ? casts_hash(offer->receiver, NULL) : 0,
	};
}

void casts_add_acceptance(struct casts *c, const struct acceptance *a)
{
	c->acceptances = grow(c->acceptances, c->n_acceptances, sizeof(*a));
	c->acceptances[c->n_acceptances++] = (struct acceptance){
		.receiver = copy(a->receiver),
		.giver = copy(a->giver),
		.path = copy(a->path),
		.target = copy(a->target),
		.mode = a->mode,
		.source = casts_hash(a->giver, a->path),
		.whom = casts_hash(a->receiver, NULL),
	};
}

void casts_add_block(struct casts *c, const struct block *block)
{
	c->blocks = grow(c->blocks, c->n_blocks, sizeof(*block));
	c->blocks[c->n_blocks++] = (struct block){
		.receiver = copy(block->receiver),
		.peer = copy(block->peer),
		.path = copy(block->path),
	};
}

/* Are both the same, or both absent? */
static bool is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

void casts_offer(struct casts *c, const struct offer *offer)
{
	uint32_t source = casts_hash(offer->giver, offer->path);

	for (size_t i = 0; i < c->n_offers; i++) {
		struct offer *o = &c->offers[i];

		if (o->source == source && is_same(o->giver, offer->giver) &&
		    is_same(o->path, offer->path) &&
		    is_same(o->receiver, offer->receiver) &&
		    is_same(o->target, offer->target)) {
			o->mode = offer->mode;
			return;
		}
	}
	casts_add_offer(c, offer);
}

void casts_accept(struct casts *c, const struct acceptance *a)
{
	uint32_t source = casts_hash(a->giver, a->path);

	for (size_t i = 0; i < c->n_acceptances; i++) {
		struct acceptance *old = &c->acceptances[i];

		if (old->source == source &&
		    is_same(old->receiver, a->receiver) &&
		    is_same(old->giver, a->giver) &&
		    is_same(old->path, a->path) &&
		    is_same(old->target, a->target)) {
			old->mode = a->mode;
			return;
		}
	}
	casts_add_acceptance(c, a);
}

void casts_block(struct casts *c, const struct block *block)
{
	for (size_t i = 0; i < c->n_blocks; i++)
		if (is_same(c->blocks[i].receiver, block->receiver) &&
		    is_same(c->blocks[i].peer, block->peer) &&
		    is_same(c->blocks[i].path, block->path))
			return;
	casts_add_block(c, block);
}

void casts_drop_offer(struct casts *c, size_t at)
{
	offer_done(&c->offers[at]);
	c->n_offers--;
	memmove(&c->offers[at], &c->offers[at + 1],
	        (c->n_offers - at) * sizeof(*c->offers));
}

void casts_drop_acceptance(struct casts *c, size_t at)
{
	acceptance_done(&c->acceptances[at]);
	c->n_acceptances--;
	memmove(&c->acceptances[at], &c->acceptances[at + 1],
	        (c->n_acceptances - at) * sizeof(*c->acceptances));
}

void casts_drop_block(struct casts *c, size_t at)
{
	block_done(&c->blocks[at]);
	c->n_blocks--;
	memmove(&c->blocks[at], &c->blocks[at + 1],
	        (c->n_blocks - at) * sizeof(*c->blocks));
}

void casts_forget(struct casts *c, const char *peer)
{
	for (size_t i = c->n_offers; i-- > 0;)
		if (is_same(c->offers[i].giver, peer) ||
		    is_same(c->offers[i].receiver, peer))
			casts_drop_offer(c, i);
	for (size_t i = c->n_acceptances; i-- > 0;)
		if (is_same(c->acceptances[i].giver, peer) ||
		    is_same(c->acceptances[i].receiver, peer))
			casts_drop_acceptance(c, i);
	for (size_t i = c->n_blocks; i-- > 0;)
		if (is_same(c->blocks[i].receiver, peer) ||
		    is_same(c->blocks[i].peer, peer))
			casts_drop_block(c, i);
}

/* Does grant a fit on target better than b, of the same giver and path? The
 * order in which they were made counts for nothing. */
static bool is_better(const struct offer *a, const struct offer *b,
                      const char *target)
{
	if (!a->target || !b->target)
		return !!a->target;
	if (!strcmp(a->target, target) || !strcmp(b->target, target))
		return !strcmp(a->target, target);
	return strcmp(a->target, b->target) < 0;
}

const struct offer *casts_grant(const struct casts *c,
                                const struct acceptance *a)
{
	const struct offer *best = NULL;
	uint32_t source = casts_hash(a->giver, a->path);
	uint32_t whom = casts_hash(a->receiver, NULL);

	for (size_t i = 0; i < c->n_offers; i++) {
		const struct offer *o = &c->offers[i];

		if (o->source != source || (o->receiver && o->whom != whom) ||
		    strcmp(o->path, a->path) || strcmp(o->giver, a->giver) ||
		    (o->receiver && strcmp(o->receiver, a->receiver)))
			continue;
		if (!best || is_better(o, best, a->target))
			best = o;
	}
	return best;
}

const struct acceptance *casts_on(const struct casts *c, const char *receiver,
                                  const char *target)
{
	uint32_t whom = casts_hash(receiver, NULL);

	for (size_t i = 0; i < c->n_acceptances; i++) {
		const struct acceptance *a = &c->acceptances[i];

		if (a->whom == whom && !strcmp(a->target, target) &&
		    !strcmp(a->receiver, receiver))
			return a;
	}
	return NULL;
}
