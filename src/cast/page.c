/* SPDX-License-Identifier: MIT */
/*
 * Whatever is offered is on the page once: as the acceptance that stands on
 * it, or as what the receiver has not decided on.
 */
#include "cast/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/mem.h"
#include "cast/casts.h"
#include "cast/ledger.h"
#include "cast/path.h"
#include "cast/percent.h"
#include "cast/policy.h"

#define EVERYBODY "*"

static void item_done(struct page_item *item)
{
	free(item->peer);
	free(item->source);
	free(item->target);
	free(item->reason);
}

void page_done(struct page *p)
{
	for (size_t i = 0; i < p->n; i++)
		item_done(&p->v[i]);
	free(p->v);
	*p = (struct page){0};
}

static void page_add(struct page *p, const struct page_item *item)
{
	p->v = mem_resize(p->v, p->n + 1, sizeof(*p->v));
	p->v[p->n++] = (struct page_item){
		.state = item->state,
		.mode = item->mode,
		.peer = mem_copy(item->peer),
		.source = mem_copy(item->source),
		.target = mem_copy(item->target),
		.reason = mem_copy(item->reason ? item->reason : ""),
	};
}

struct view {
	struct page *page;
	const struct casts *casts;
	const struct ledger *held;
	const char *who;
	bool *is_taken; /* of each offer: an acceptance stands on it */
};

static bool is_of(const struct held *h, const struct acceptance *a)
{
	return !strcmp(h->giver, a->giver) && !strcmp(h->path, a->path);
}

/* Why it is not mounted; h is what waits for it, or NULL. */
static void explain(const struct view *v, const struct acceptance *a,
                    const struct held *h, struct buf *reason)
{
	struct judgement j = {0};

	if (h && *h->reason) {
		buf_puts(reason, h->reason);
		return;
	}
	policy_judge(v->casts, a, &j);
	if (j.verdict == VERDICT_ALLOWED)
		buf_printf(reason, "%s is not up", v->who);
	else
		policy_explain(&j, a, reason);
}

/* As narrow as it would be: the grant may have become narrower. */
static unsigned mode_of(const struct acceptance *a, const struct offer *grant)
{
	return grant ? grant->mode | a->mode : a->mode;
}

static void add_acceptance(struct view *v, const struct acceptance *a,
                           const struct offer *grant)
{
	const struct held *h = ledger_on(v->held, a->target);
	AUTO(buf) struct buf reason = {0};
	struct page_item item = {
		.state = PAGE_WAITING,
		.mode = mode_of(a, grant),
		.peer = a->giver,
		.source = a->path,
		.target = a->target,
	};

	if (h && !is_of(h, a))
		h = NULL;
	if (h && h->kind == HELD_CAST) {
		item.state = PAGE_ACTIVE;
		item.mode = h->mode;
	} else {
		explain(v, a, h, &reason);
	}
	item.reason = reason.data;
	page_add(v->page, &item);
}

static void add_acceptances(struct view *v)
{
	const struct casts *c = v->casts;

	for (size_t i = 0; i < c->n_acceptances; i++) {
		const struct acceptance *a = &c->acceptances[i];
		const struct offer *grant = NULL;

		if (!strcmp(a->receiver, v->who)) {
			grant = casts_grant(c, a);
			add_acceptance(v, a, grant);
		}
		if (grant)
			v->is_taken[grant - c->offers] = true;
	}
}

/* Is it there from that giver already, accepted or addressed? */
static bool is_listed(const struct page *p, const struct offer *o)
{
	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->v[i].peer, o->giver) &&
		    !strcmp(p->v[i].source, o->path))
			return true;
	return false;
}

/* What is offered or published, and not accepted. */
static void add_offer(struct view *v, const struct offer *o)
{
	const char *target = o->target ? o->target : o->path;
	const struct block *block =
		policy_blocked(v->casts, v->who, o->giver, target);
	AUTO(buf) struct buf reason = {0};
	struct page_item item = {
		.state = o->receiver ? PAGE_OFFERED : PAGE_PUBLISHED,
		.mode = o->mode,
		.peer = o->giver,
		.source = o->path,
	};
	AUTO(mem) char *copy = mem_copy(target);

	item.target = copy;
	if (block) {
		item.state = PAGE_BLOCKED;
		buf_puts(&reason, "blocked by ");
		policy_print_block(block, &reason);
	}
	item.reason = reason.data;
	page_add(v->page, &item);
}

/* Those that are addressed come first: they hide what is published. */
static void add_offers(struct view *v)
{
	const struct casts *c = v->casts;

	for (size_t i = 0; i < c->n_offers; i++) {
		const struct offer *o = &c->offers[i];

		if (o->receiver && !strcmp(o->receiver, v->who) &&
		    !v->is_taken[i])
			add_offer(v, o);
	}
	for (size_t i = 0; i < c->n_offers; i++) {
		const struct offer *o = &c->offers[i];

		if (!o->receiver && strcmp(o->giver, v->who) != 0 &&
		    !is_listed(v->page, o))
			add_offer(v, o);
	}
}

static bool is_accepted(const struct page_item *item)
{
	return item->state == PAGE_ACTIVE || item->state == PAGE_WAITING;
}

static bool is_undecided(const struct page_item *item)
{
	return item->state == PAGE_OFFERED || item->state == PAGE_PUBLISHED;
}

/* What keeps item from being accepted as it is, or NULL. */
static const struct page_item *find_rival(const struct page *p,
                                          const struct page_item *item)
{
	const struct page_item *rival = NULL;

	for (size_t i = 0; i < p->n; i++) {
		const struct page_item *other = &p->v[i];

		if (is_accepted(other) &&
		    path_overlaps(other->target, item->target))
			return other;
		if (!rival && other != item && is_undecided(other) &&
		    !strcmp(other->target, item->target))
			rival = other;
	}
	return rival;
}

static void explain_rival(const struct page_item *rival, struct buf *reason)
{
	buf_printf(reason, "%s:", rival->peer);
	percent_encode(reason, rival->source);
	if (is_accepted(rival)) {
		buf_puts(reason, " is accepted on ");
		percent_encode(reason, rival->target);
	} else {
		buf_puts(reason, " has the same target");
	}
}

static void tell_rivals(struct page *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct page_item *rival;
		AUTO(buf) struct buf reason = {0};

		if (!is_undecided(&p->v[i]))
			continue;
		rival = find_rival(p, &p->v[i]);
		if (!rival)
			continue;
		explain_rival(rival, &reason);
		free(p->v[i].reason);
		p->v[i].reason = buf_take(&reason);
	}
}

static void add_given(struct view *v)
{
	for (size_t i = 0; i < v->casts->n_offers; i++) {
		const struct offer *o = &v->casts->offers[i];
		char everybody[] = EVERYBODY;

		if (strcmp(o->giver, v->who) != 0)
			continue;
		page_add(v->page,
		         &(struct page_item){
				 .state = PAGE_GIVEN,
				 .mode = o->mode,
				 .peer = o->receiver ? o->receiver : everybody,
				 .source = o->target ? o->target : o->path,
				 .target = o->path,
			 });
	}
}

static int compare(const void *a, const void *b)
{
	const struct page_item *one = a, *other = b;
	int given = (one->state == PAGE_GIVEN) - (other->state == PAGE_GIVEN);
	int order = given ? given : strcmp(one->target, other->target);

	if (!order)
		order = (int)one->state - (int)other->state;
	if (!order)
		order = strcmp(one->peer, other->peer);
	return order ? order : strcmp(one->source, other->source);
}

void page_collect(struct page *p, const struct casts *c,
                  const struct ledger *held, const char *who)
{
	AUTO(mem) bool *is_taken = mem_new0(c->n_offers + 1);
	struct view v = {p, c, held, who, is_taken};

	add_acceptances(&v);
	if (strcmp(who, PEER_HOST) != 0)
		add_offers(&v);
	if (p->n)
		qsort(p->v, p->n, sizeof(*p->v), compare);
	tell_rivals(p);
	add_given(&v);
	if (p->n)
		qsort(p->v, p->n, sizeof(*p->v), compare);
}
