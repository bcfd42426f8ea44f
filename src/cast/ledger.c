/* SPDX-License-Identifier: MIT */
/*
 * An array, and an index into it: a hash table of targets with linear probing.
 * Strings that were read stay in l->text, where they were read: a start has no
 * time for thousands of allocations.
 */
#include "cast/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void free_unless_read(const struct ledger *l, char *text)
{
	uintptr_t at = (uintptr_t)text, from = (uintptr_t)l->text;

	if (!from || at < from || at > from + l->text_len)
		free(text);
}

static void held_done(const struct ledger *l, const struct held *h)
{
	free_unless_read(l, h->giver);
	free_unless_read(l, h->path);
	free_unless_read(l, h->target);
	free_unless_read(l, h->place);
	free_unless_read(l, h->reason);
}

static char *copy(const char *text)
{
	return mem_copy(text ? text : "");
}

static struct held held_copy(const struct held *h)
{
	struct held made = *h;

	made.giver = copy(h->giver);
	made.path = copy(h->path);
	made.target = copy(h->target);
	made.place = copy(h->place);
	made.reason = copy(h->reason);
	return made;
}

void ledger_done(struct ledger *l)
{
	for (size_t i = 0; i < l->n; i++)
		held_done(l, &l->v[i]);
	for (size_t i = 0; i < l->n_receivers; i++)
		free_unless_read(l, l->receivers[i]);
	free(l->v);
	free(l->slots);
	free(l->receivers);
	free(l->text);
	*l = (struct ledger){0};
}

/* FNV-1a */
static uint32_t hash_of(const char *text)
{
	uint32_t hash = 2166136261;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619;
	return hash;
}

/* The slot of target, or the empty one where it would be. */
static struct ledger_slot *find(const struct ledger *l, const char *target,
                                uint32_t hash)
{
	size_t at = hash & (l->n_slots - 1);

	while (l->slots[at].number &&
	       (l->slots[at].hash != hash ||
	        strcmp(l->v[l->slots[at].number - 1].target, target) != 0))
		at = (at + 1) & (l->n_slots - 1);
	return &l->slots[at];
}

void ledger_make_room(struct ledger *l, size_t n)
{
	struct ledger_slot *old = l->slots;
	size_t n_old = l->n_slots;

	if (n <= n_old / 2)
		return;
	while (l->n_slots / 2 < n)
		l->n_slots = l->n_slots ? l->n_slots * 2 : 16;
	l->slots = mem_new0(l->n_slots * sizeof(*l->slots));
	l->v = mem_resize(l->v, l->n_slots / 2, sizeof(*l->v));
	for (size_t i = 0; i < n_old; i++)
		if (old[i].number)
			*find(l, l->v[old[i].number - 1].target, old[i].hash) =
				old[i];
	free(old);
}

/* Those behind that would have stood there move up. */
static void empty_slot(struct ledger *l, struct ledger_slot *slot)
{
	size_t mask = l->n_slots - 1, hole = (size_t)(slot - l->slots);

	for (size_t at = (hole + 1) & mask; l->slots[at].number;
	     at = (at + 1) & mask) {
		size_t home = l->slots[at].hash & mask;

		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		l->slots[hole] = l->slots[at];
		hole = at;
	}
	l->slots[hole].number = 0;
}

/* The last one takes its place. */
static void drop(struct ledger *l, struct ledger_slot *slot)
{
	uint32_t number = slot->number;
	const struct held *last = &l->v[l->n - 1];

	find(l, last->target, hash_of(last->target))->number = number;
	held_done(l, &l->v[number - 1]);
	l->v[number - 1] = *last;
	l->n--;
	empty_slot(l, slot);
}

void ledger_take(struct ledger *l, const struct held *h)
{
	uint32_t hash = hash_of(h->target);
	struct ledger_slot *slot;

	ledger_make_room(l, l->n + 1);
	slot = find(l, h->target, hash);
	if (h->kind == HELD_GONE) {
		if (slot->number)
			drop(l, slot);
		held_done(l, h);
	} else if (slot->number) {
		held_done(l, &l->v[slot->number - 1]);
		l->v[slot->number - 1] = *h;
	} else {
		l->v[l->n++] = *h;
		*slot = (struct ledger_slot){hash, (uint32_t)l->n};
	}
}

void ledger_hold(struct ledger *l, const struct held *h)
{
	struct held made = held_copy(h);

	ledger_take(l, &made);
}

struct held *ledger_on(const struct ledger *l, const char *target)
{
	const struct ledger_slot *slot;

	if (!l->n)
		return NULL;
	slot = find(l, target, hash_of(target));
	return slot->number ? &l->v[slot->number - 1] : NULL;
}

struct held *ledger_by_id(const struct ledger *l, uint64_t id)
{
	for (size_t i = 0; id && i < l->n; i++)
		if (l->v[i].id == id)
			return &l->v[i];
	return NULL;
}

void ledger_add_receiver(struct ledger *l, const char *receiver)
{
	for (size_t i = 0; i < l->n_receivers; i++)
		if (!strcmp(l->receivers[i], receiver))
			return;
	l->receivers = mem_resize(l->receivers, l->n_receivers + 1,
	                          sizeof(*l->receivers));
	l->receivers[l->n_receivers++] = mem_copy(receiver);
}
