/* SPDX-License-Identifier: MIT */

#include "cast/difference.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "cast/casts.h"
#include "cast/request.h"

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static char *copy(const char *text)
{
	return text ? mem_copy(text) : NULL;
}

static void add(struct effects *e, enum effect_kind kind,
                const struct effect *of)
{
	e->v = mem_resize(e->v, e->n + 1, sizeof(*e->v));
	e->v[e->n++] = (struct effect){
		.kind = kind,
		.receiver = copy(of->receiver),
		.giver = copy(of->giver),
		.path = copy(of->path),
		.target = copy(of->target),
	};
}

static bool has_offer(const struct casts *c, const struct offer *o)
{
	for (size_t i = 0; i < c->n_offers; i++) {
		const struct offer *p = &c->offers[i];

		if (p->mode == o->mode && same(p->giver, o->giver) &&
		    same(p->path, o->path) && same(p->receiver, o->receiver) &&
		    same(p->target, o->target))
			return true;
	}
	return false;
}

static bool has_acceptance(const struct casts *c, const struct acceptance *a)
{
	for (size_t i = 0; i < c->n_acceptances; i++) {
		const struct acceptance *b = &c->acceptances[i];

		if (b->mode == a->mode && same(b->receiver, a->receiver) &&
		    same(b->giver, a->giver) && same(b->path, a->path) &&
		    same(b->target, a->target))
			return true;
	}
	return false;
}

static bool has_block(const struct casts *c, const struct block *b)
{
	for (size_t i = 0; i < c->n_blocks; i++)
		if (same(c->blocks[i].receiver, b->receiver) &&
		    same(c->blocks[i].peer, b->peer) &&
		    same(c->blocks[i].path, b->path))
			return true;
	return false;
}

/* What of one the other lacks. */
static void compare(const struct casts *one, const struct casts *other,
                    const enum effect_kind kinds[static 3], struct effects *ret)
{
	for (size_t i = 0; i < one->n_offers; i++) {
		const struct offer *o = &one->offers[i];

		if (!has_offer(other, o))
			add(ret, kinds[0],
			    &(struct effect){.receiver = o->receiver,
			                     .giver = o->giver,
			                     .path = o->path,
			                     .target = o->target});
	}
	for (size_t i = 0; i < one->n_acceptances; i++) {
		const struct acceptance *a = &one->acceptances[i];

		if (!has_acceptance(other, a))
			add(ret, kinds[1],
			    &(struct effect){.receiver = a->receiver,
			                     .giver = a->giver,
			                     .path = a->path,
			                     .target = a->target});
	}
	for (size_t i = 0; i < one->n_blocks; i++) {
		const struct block *b = &one->blocks[i];

		if (!has_block(other, b))
			add(ret, kinds[2],
			    &(struct effect){.receiver = b->receiver,
			                     .giver = b->peer,
			                     .target = b->path});
	}
}

void difference_of(const struct casts *before, const struct casts *after,
                   struct effects *ret)
{
	static const enum effect_kind gone[] = {EFFECT_WITHDRAWN,
	                                        EFFECT_DROPPED, EFFECT_LIFTED};
	static const enum effect_kind new[] = {EFFECT_OFFERED, EFFECT_ACCEPTED,
	                                       EFFECT_BLOCKED};

	compare(before, after, gone, ret);
	compare(after, before, new, ret);
}
