/* SPDX-License-Identifier: MIT */
/* caston: what a receiver consents to. All that can refuse it is looked at
 * before anything is changed. */
#include "cast/change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "cast/path.h"
#include "cast/percent.h"
#include "cast/policy.h"
#include "cast/room.h"

/* What an offer would be for the actor: on target, or where it says. */
static struct acceptance accept_offer(const struct change *ch,
                                      const struct offer *o, char *target)
{
	if (!target)
		target = o->target ? o->target : o->path;
	return (struct acceptance){.receiver = ch->q->actor,
	                           .giver = o->giver,
	                           .path = o->path,
	                           .target = target,
	                           .mode = o->mode | ch->q->mode};
}

static bool is_own(const struct acceptance *a)
{
	return !strcmp(a->giver, a->receiver);
}

static const struct acceptance *find_same(const struct casts *c,
                                          const struct acceptance *like)
{
	for (size_t i = 0; i < c->n_acceptances; i++) {
		const struct acceptance *a = &c->acceptances[i];

		if (!strcmp(a->target, like->target) &&
		    !strcmp(a->path, like->path) &&
		    !strcmp(a->giver, like->giver) &&
		    !strcmp(a->receiver, like->receiver))
			return a;
	}
	return NULL;
}

/* Another acceptance, mounted or waiting, that reaches into a's target. */
static const struct acceptance *find_other(const struct casts *c,
                                           const struct acceptance *a)
{
	const struct acceptance *same = find_same(c, a);

	for (size_t i = 0; i < c->n_acceptances; i++) {
		const struct acceptance *other = &c->acceptances[i];

		if (other != same && path_overlaps(other->target, a->target) &&
		    !strcmp(other->receiver, a->receiver))
			return other;
	}
	return NULL;
}

/* Say why no cast may be so, whoever agrees; false: it may. */
static bool explain_impossible(const struct acceptance *a, struct buf *b)
{
	if (is_own(a)) {
		buf_puts(b, a->giver);
		buf_puts(b, " gives it itself");
	} else if (path_is_reserved(a->target)) {
		buf_puts(b, "no cast may lie on ");
		percent_encode(b, a->target);
	} else if (policy_reserves_source(a->giver, a->path)) {
		buf_puts(b, "no cast may come from ");
		percent_encode(b, a->path);
	}
	return b->len;
}

static bool explain_other(const struct casts *c, const struct acceptance *a,
                          struct buf *b)
{
	const struct acceptance *other = find_other(c, a);

	if (!other)
		return false;
	change_print_source(b, other->giver, other->path);
	buf_puts(b, " is accepted on ");
	percent_encode(b, other->target);
	return true;
}

/* --- caston: everything --- */

/* What caston alone would accept, or the reason why not. */
struct candidate {
	struct acceptance a; /* its strings are the offer's and the request's */
	struct buf reason;
};

struct candidates {
	struct candidate *v;
	size_t n;
};

static void candidates_auto(struct candidates *list)
{
	for (size_t i = 0; i < list->n; i++)
		buf_done(&list->v[i].reason);
	free(list->v);
}

/* Has the actor said yes to that, on whatever target? */
static bool is_accepted(const struct change *ch, const struct offer *o)
{
	for (size_t i = 0; i < ch->c->n_acceptances; i++) {
		const struct acceptance *a = &ch->c->acceptances[i];

		if (!strcmp(a->path, o->path) && !strcmp(a->giver, o->giver) &&
		    !strcmp(a->receiver, ch->q->actor))
			return true;
	}
	return false;
}

/* Is what is published also offered to the actor alone? */
static bool is_addressed(const struct change *ch, const struct offer *o)
{
	for (size_t i = 0; i < ch->c->n_offers; i++) {
		const struct offer *other = &ch->c->offers[i];

		if (other->receiver && !strcmp(other->path, o->path) &&
		    !strcmp(other->giver, o->giver) &&
		    !strcmp(other->receiver, ch->q->actor))
			return true;
	}
	return false;
}

static bool is_open(const struct change *ch, const struct offer *o)
{
	struct acceptance a = accept_offer(ch, o, NULL);

	if (o->receiver ? strcmp(o->receiver, ch->q->actor) != 0
	                : is_addressed(ch, o))
		return false;
	return !is_accepted(ch, o) &&
	       !policy_blocked(ch->c, a.receiver, a.giver, a.target);
}

static void collect(const struct change *ch, struct candidates *list)
{
	for (size_t i = 0; i < ch->c->n_offers; i++) {
		const struct offer *o = &ch->c->offers[i];
		struct candidate *to;

		if (!is_open(ch, o))
			continue;
		list->v = mem_resize(list->v, list->n + 1, sizeof(*list->v));
		to = &list->v[list->n++];
		*to = (struct candidate){.a = accept_offer(ch, o, NULL)};
		explain_impossible(&to->a, &to->reason);
	}
}

/* Another that could be accepted, but for this one. */
static const struct acceptance *find_rival(const struct candidates *list,
                                           const bool *possible, size_t of)
{
	for (size_t i = 0; i < list->n; i++)
		if (i != of && possible[i] &&
		    path_overlaps(list->v[i].a.target, list->v[of].a.target))
			return &list->v[i].a;
	return NULL;
}

static void explain_rivals(struct candidates *list)
{
	AUTO(mem) bool *possible = mem_new0(list->n + 1);

	for (size_t i = 0; i < list->n; i++)
		possible[i] = !list->v[i].reason.len;
	for (size_t i = 0; i < list->n; i++) {
		const struct acceptance *rival = find_rival(list, possible, i);
		struct buf *reason = &list->v[i].reason;

		if (!possible[i] || !rival)
			continue;
		change_print_source(reason, rival->giver, rival->path);
		buf_puts(reason, " is offered for ");
		percent_encode(reason, rival->target);
	}
}

static void skip(struct change *ch, const struct candidate *candidate,
                 const char *reason)
{
	change_note(ch, &(struct effect){.kind = EFFECT_SKIPPED,
	                                 .receiver = candidate->a.receiver,
	                                 .giver = candidate->a.giver,
	                                 .path = candidate->a.path,
	                                 .target = candidate->a.target,
	                                 .reason = (char *)reason});
}

static void accept(struct change *ch, const struct acceptance *a)
{
	casts_accept(ch->c, a);
	change_note_acceptance(ch, EFFECT_ACCEPTED, a);
}

static int accept_all(struct change *ch)
{
	AUTO(candidates) struct candidates list = {0};

	collect(ch, &list);
	for (size_t i = 0; i < list.n; i++)
		if (!list.v[i].reason.len)
			explain_other(ch->c, &list.v[i].a, &list.v[i].reason);
	explain_rivals(&list);
	for (size_t i = 0; i < list.n; i++) {
		struct err full = {0};

		if (list.v[i].reason.len)
			skip(ch, &list.v[i], buf_text(&list.v[i].reason));
		else if (room_for_acceptance(ch->c, &list.v[i].a, &full) < 0)
			skip(ch, &list.v[i], full.text);
		else
			accept(ch, &list.v[i].a);
	}
	return 0;
}

/* --- caston: one --- */

static int refuse_rivals(struct change *ch, const struct offer *one,
                         const struct offer *other)
{
	struct buf b = {0};

	buf_puts(&b, one->giver);
	buf_puts(&b, " offers both ");
	percent_encode(&b, one->path);
	buf_puts(&b, " and ");
	percent_encode(&b, other->path);
	buf_puts(&b, " for ");
	percent_encode(&b, one->target);
	return change_refuse(ch, -EEXIST, &b);
}

/* Whoever names the source that is offered learns its target. */
static void hint_target(const struct change *ch, struct buf *b)
{
	const struct request *q = ch->q;

	for (size_t i = 0; i < ch->c->n_offers; i++) {
		const struct offer *o = &ch->c->offers[i];

		if (!o->receiver || strcmp(o->path, q->path) ||
		    strcmp(o->giver, q->peer) || strcmp(o->receiver, q->actor))
			continue;
		buf_puts(b, "; its own ");
		percent_encode(b, o->path);
		buf_puts(b, " it offers as ");
		change_print_source(b, o->giver, o->target);
		return;
	}
}

static int refuse_unoffered(struct change *ch)
{
	struct buf b = {0};

	buf_puts(&b, ch->q->peer);
	buf_puts(&b, " offers ");
	buf_puts(&b, ch->q->actor);
	buf_puts(&b, " nothing for ");
	percent_encode(&b, ch->q->path);
	hint_target(ch, &b);
	return change_refuse(ch, -ENOENT, &b);
}

/* What PEER:PATH names: an offered target, else a published path. */
static int find_named(struct change *ch, const struct offer **ret_offer)
{
	const struct request *q = ch->q;
	const struct offer *addressed = NULL, *published = NULL;

	for (size_t i = 0; i < ch->c->n_offers; i++) {
		const struct offer *o = &ch->c->offers[i];

		if (strcmp(o->giver, q->peer))
			continue;
		if (!o->receiver) {
			published = strcmp(o->path, q->path) ? published : o;
		} else if (!strcmp(o->receiver, q->actor) &&
		           !strcmp(o->target, q->path)) {
			if (addressed)
				return refuse_rivals(ch, addressed, o);
			addressed = o;
		}
	}
	if (!addressed && !published)
		return refuse_unoffered(ch);
	*ret_offer = addressed ? addressed : published;
	return 0;
}

static int refuse_blocked(struct change *ch, const struct block *block)
{
	struct buf b = {0};

	buf_puts(&b, ch->q->actor);
	buf_puts(&b, " blocks ");
	policy_print_block(block, &b);
	buf_puts(&b, "; castblock --lift ");
	policy_print_block(block, &b);
	buf_puts(&b, " allows it again");
	return change_refuse(ch, -EPERM, &b);
}

/* What is accepted already is more specific than most blocks. */
static const struct block *find_block(const struct casts *c,
                                      const struct acceptance *a,
                                      const struct acceptance *same)
{
	struct judgement j;

	if (!same)
		return policy_blocked(c, a->receiver, a->giver, a->target);
	policy_judge(c, same, &j);
	return j.block;
}

static int check_acceptance(struct change *ch, const struct acceptance *a,
                            const struct acceptance *same)
{
	const struct block *block = find_block(ch->c, a, same);
	AUTO(buf) struct buf b = {0};

	if (explain_impossible(a, &b))
		return change_refuse(ch, -EINVAL, &b);
	if (block)
		return refuse_blocked(ch, block);
	if (explain_other(ch->c, a, &b))
		return change_refuse(ch, -EEXIST, &b);
	return same ? 0 : room_for_acceptance(ch->c, a, ch->err);
}

static int accept_named(struct change *ch)
{
	const struct offer *o = NULL;
	const struct acceptance *same;
	struct acceptance a;
	int r = find_named(ch, &o);

	if (r < 0)
		return r;
	a = accept_offer(ch, o, ch->q->target);
	same = find_same(ch->c, &a);
	r = check_acceptance(ch, &a, same);
	if (r < 0 || (same && same->mode == a.mode))
		return r;
	accept(ch, &a);
	return 0;
}

int change_caston(struct change *ch)
{
	return ch->q->peer ? accept_named(ch) : accept_all(ch);
}
