/* SPDX-License-Identifier: MIT */

#include "cast/room.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "cast/casts.h"
#include "cast/percent.h"
#include "cast/request.h"

struct load {
	size_t n, bytes;
};

/* A peer's name, and what else stands in an item: " from ", "(ro,noexec)". */
#define ITEM_BYTES 96

static size_t size_of(const char *text)
{
	return text ? percent_length(text) : 0;
}

static void add(struct load *l, const char *path, const char *target)
{
	l->n++;
	l->bytes += size_of(path) + size_of(target) + ITEM_BYTES;
}

static bool is_too_much(const struct load *l)
{
	return l->n > REQUEST_MAX || l->bytes > REQUEST_BYTES;
}

int room_for_offer(const struct casts *c, const struct offer *o,
                   struct err *err)
{
	struct load given = {0}, received = {0};
	bool is_host = !strcmp(o->giver, PEER_HOST);

	add(&given, o->path, o->target);
	add(&received, o->path, o->target);
	for (size_t i = 0; i < c->n_offers; i++) {
		const struct offer *other = &c->offers[i];

		if (!strcmp(other->giver, o->giver))
			add(&given, other->path, other->target);
		if (o->receiver && other->receiver &&
		    !strcmp(other->receiver, o->receiver))
			add(&received, other->path, other->target);
	}
	if (is_host ? given.bytes > REQUEST_ALL_BYTES : is_too_much(&given))
		return err_say(err, -ENOSPC,
		               "%s offers too much: withdraw something first",
		               o->giver);
	if (received.bytes > REQUEST_ALL_BYTES)
		return err_say(err, -ENOSPC, "%s is offered too much already",
		               o->receiver);
	return 0;
}

int room_for_acceptance(const struct casts *c, const struct acceptance *a,
                        struct err *err)
{
	struct load load = {0};

	add(&load, a->path, a->target);
	for (size_t i = 0; i < c->n_acceptances; i++) {
		const struct acceptance *other = &c->acceptances[i];

		if (!strcmp(other->receiver, a->receiver))
			add(&load, other->path, other->target);
	}
	return is_too_much(&load)
	               ? err_say(err, -ENOSPC,
	                         "%s has accepted too much: take something "
	                         "off first",
	                         a->receiver)
	               : 0;
}

int room_for_block(const struct casts *c, const struct block *block,
                   struct err *err)
{
	struct load load = {0};

	add(&load, block->path, NULL);
	for (size_t i = 0; i < c->n_blocks; i++) {
		const struct block *other = &c->blocks[i];

		if (!strcmp(other->receiver, block->receiver))
			add(&load, other->path, NULL);
	}
	return is_too_much(&load)
	               ? err_say(err, -ENOSPC,
	                         "%s blocks too much: lift something first",
	                         block->receiver)
	               : 0;
}
