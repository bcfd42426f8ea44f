/* SPDX-License-Identifier: MIT */
/* cast, ucast, publish, unpublish: what a giver consents to. All that can
 * refuse it is looked at before anything is changed. */
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

/* May actor give that, to anybody? */
static int check_source(struct change *ch)
{
	if (policy_reserves_source(ch->q->actor, ch->q->path))
		return change_refuse_path(ch, -EINVAL, "no cast may come from ",
		                          ch->q->path);
	return 0;
}

static int check_receiver(struct change *ch, const char *target)
{
	if (!strcmp(ch->q->peer, PEER_HOST))
		return err_say(ch->err, -EINVAL, "the host receives no casts");
	if (!strcmp(ch->q->peer, ch->q->actor))
		return err_say(ch->err, -EINVAL, "%s cannot cast to itself",
		               ch->q->actor);
	if (path_is_reserved(target))
		return change_refuse_path(ch, -EINVAL, "no cast may lie on ",
		                          target);
	return 0;
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static const struct offer *find_offer(const struct casts *c,
                                      const struct offer *like)
{
	for (size_t i = 0; i < c->n_offers; i++) {
		const struct offer *o = &c->offers[i];

		if (is_same(o->giver, like->giver) &&
		    is_same(o->path, like->path) &&
		    is_same(o->receiver, like->receiver) &&
		    is_same(o->target, like->target))
			return o;
	}
	return NULL;
}

static int offer(struct change *ch, const struct offer *o)
{
	const struct offer *old = find_offer(ch->c, o);
	int r = old ? 0 : room_for_offer(ch->c, o, ch->err);

	if (r < 0 || (old && old->mode == o->mode))
		return r;
	casts_offer(ch->c, o);
	change_note_offer(ch, EFFECT_OFFERED, o);
	return 0;
}

int change_cast(struct change *ch)
{
	const struct request *q = ch->q;
	struct offer o = {.giver = q->actor,
	                  .path = q->path,
	                  .receiver = q->peer,
	                  .target = q->target ? q->target : q->path,
	                  .mode = q->mode};
	int r = check_source(ch);

	if (!r)
		r = check_receiver(ch, o.target);
	return r < 0 ? r : offer(ch, &o);
}

int change_publish(struct change *ch)
{
	struct offer o = {.giver = ch->q->actor,
	                  .path = ch->q->path,
	                  .mode = ch->q->mode};
	int r = check_source(ch);

	return r < 0 ? r : offer(ch, &o);
}

/* Is that what ucast or unpublish withdraws? */
static bool is_withdrawn(const struct request *q, const struct offer *o)
{
	if (strcmp(o->path, q->path) || strcmp(o->giver, q->actor))
		return false;
	if (q->verb == CAST_VERB_UNPUBLISH)
		return !o->receiver;
	return !q->peer || (o->receiver && !strcmp(o->receiver, q->peer));
}

static int refuse_withdrawal(struct change *ch)
{
	const struct request *q = ch->q;
	struct buf b = {0};

	buf_puts(&b, q->actor);
	buf_puts(&b, q->verb == CAST_VERB_UNPUBLISH ? " does not publish "
	                                            : " does not offer ");
	percent_encode(&b, q->path);
	if (q->peer) {
		buf_puts(&b, " to ");
		buf_puts(&b, q->peer);
	}
	return change_refuse(ch, -ENOENT, &b);
}

/* One whose offer was for the same target is listed with that already. */
static bool is_noted(const struct effects *e, const struct acceptance *a)
{
	for (size_t i = 0; i < e->n; i++)
		if (is_same(e->v[i].receiver, a->receiver) &&
		    is_same(e->v[i].target, a->target))
			return true;
	return false;
}

/* Which acceptances have a grant? The caller's to free. */
static bool *find_granted(const struct casts *c)
{
	bool *granted = mem_new0(c->n_acceptances + 1);

	for (size_t i = 0; i < c->n_acceptances; i++)
		granted[i] = casts_grant(c, &c->acceptances[i]);
	return granted;
}

int change_withdraw(struct change *ch)
{
	AUTO(mem) bool *before = find_granted(ch->c), *after = NULL;
	size_t i = 0;

	while (i < ch->c->n_offers) {
		if (is_withdrawn(ch->q, &ch->c->offers[i])) {
			change_note_offer(ch, EFFECT_WITHDRAWN,
			                  &ch->c->offers[i]);
			casts_drop_offer(ch->c, i);
		} else {
			i++;
		}
	}
	if (!ch->effects.n)
		return refuse_withdrawal(ch);
	after = find_granted(ch->c);
	for (i = 0; i < ch->c->n_acceptances; i++)
		if (before[i] && !after[i] &&
		    !is_noted(&ch->effects, &ch->c->acceptances[i]))
			change_note_acceptance(ch, EFFECT_WITHDRAWN,
			                       &ch->c->acceptances[i]);
	return 0;
}
