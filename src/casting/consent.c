/* SPDX-License-Identifier: MIT */
/*
 * A request carried out: consent is changed in a copy, mounts follow it and are
 * looked at, then casts.ini is written. Until that is done everything goes back
 * to what it was when something fails; only what is taken off stays off.
 */
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
#include "cast/request.h"
#include "casting/casting.h"
#include "casting/grant.h"
#include "casting/holders.h"
#include "casting/journal.h"
#include "casting/round.h"
#include "casting/store.h"
#include "casting/tend.h"
#include "casting/told.h"
#include "sub/event.h"

#define TRIES 16 /* of those who edit casts.ini meanwhile */

struct work {
	struct round round;
	const struct request *request;
	const char *by;
	struct effects effects;
	struct holders holders;
	bool may_bind; /* a receiver with MOUNTS=yes lost something */
	struct buf reply;
};

static void work_auto(struct work *w)
{
	effects_done(&w->effects);
	holders_done(&w->holders);
	buf_done(&w->reply);
	round_done(&w->round);
}

static bool takes_off(const struct request *q)
{
	return q->verb == CAST_VERB_CASTOFF || q->verb == CAST_VERB_UCAST ||
	       q->verb == CAST_VERB_UNPUBLISH ||
	       (q->verb == CAST_VERB_CASTBLOCK && !q->is_lift);
}

/* A guest is not told where things are on the host. */
static const char *fault_for(const struct casting *c)
{
	return c->is_guests ? "the host's casts.ini cannot be read" : c->fault;
}

static bool is_active(void *arg, const struct acceptance *a)
{
	struct work *w = arg;
	struct err ignored;
	struct member *m;
	const struct held *held;

	if (round_get(&w->round, a->receiver, &m, &ignored) < 0)
		return false;
	held = ledger_on(&m->hanging.ledger, a->target);
	return held && held->kind == HELD_CAST && m->peer.is_up;
}

static int tend(struct work *w, const char *receiver, const char *target,
                struct outcome *outcome, struct err *err)
{
	struct member *m;
	int r = round_get(&w->round, receiver, &m, err);

	if (r < 0)
		return r;
	m->is_concerned = true;
	return tend_target(&w->round, m, target, outcome, err);
}

static int tend_quietly(struct work *w, const char *receiver,
                        const char *target, struct err *err)
{
	AUTO(outcome) struct outcome outcome = {0};

	return tend(w, receiver, target, &outcome, err);
}

/* Its acceptances that others than their own change concern: of that source, or
 * on a target that was in the way. */
static int tend_others(struct work *w, const struct effect *e, struct err *err)
{
	const struct casts *c = &w->round.c->casts;
	int r = 0;

	for (size_t i = 0; !r && i < c->n_acceptances; i++) {
		const struct acceptance *a = &c->acceptances[i];
		bool same = e->kind != EFFECT_DROPPED && e->path &&
		            !strcmp(a->giver, e->giver) &&
		            !strcmp(a->path, e->path);
		bool freed = e->kind == EFFECT_DROPPED &&
		             !strcmp(a->receiver, e->receiver) &&
		             path_overlaps(a->target, e->target);

		if (same || freed)
			r = tend_quietly(w, a->receiver, a->target, err);
	}
	return r;
}

/* Take an acceptance back that could not be made true. */
static void unaccept(struct work *w, const struct effect *e)
{
	struct casts *c = &w->round.c->casts;
	struct err ignored;

	for (size_t i = 0; i < c->n_acceptances; i++) {
		const struct acceptance *a = &c->acceptances[i];

		if (strcmp(a->receiver, e->receiver) ||
		    strcmp(a->target, e->target))
			continue;
		casts_drop_acceptance(c, i);
		break;
	}
	tend_quietly(w, e->receiver, e->target, &ignored);
}

/* Whoever asks for one thing has it, or knows why not; who asks for all there
 * is gets what can be had. */
static int accept(struct work *w, struct effect *e, struct err *err)
{
	AUTO(outcome) struct outcome o = {0};
	int r = tend(w, e->receiver, e->target, &o, err);

	if (r < 0)
		return r;
	if (o.is_active || o.may_come) {
		told_accepted(&w->reply, e, &o);
		return 0;
	}
	if (w->request->path) {
		AUTO(buf) struct buf what = {0};

		told_end(&what, e->giver, e->path);
		buf_puts(&what, " cannot be cast on ");
		percent_encode(&what, e->target);
		return err_say(err, -EINVAL, "%s: %s", what.data,
		               buf_text(&o.reason));
	}
	unaccept(w, e);
	e->kind = EFFECT_SKIPPED;
	e->reason = mem_copy(buf_text(&o.reason));
	told_effect(&w->reply, e);
	return 0;
}

/* Who accepts again what is accepted already is told how that stands; and has
 * it looked at, for something may have come since. */
static int look_again(struct work *w, struct err *err)
{
	const struct request *q = w->request;
	const struct casts *c = &w->round.c->casts;
	int r = 0;

	for (size_t i = 0; !r && i < c->n_acceptances; i++) {
		const struct acceptance *a = &c->acceptances[i];
		const struct effect e = {
			.giver = a->giver,
			.path = a->path,
			.target = a->target,
		};
		AUTO(outcome) struct outcome o = {0};

		if (strcmp(a->receiver, q->actor) ||
		    (q->path && (strcmp(a->giver, q->peer) ||
		                 (strcmp(a->path, q->path) &&
		                  strcmp(a->target, q->path)))))
			continue;
		r = tend(w, a->receiver, a->target, &o, err);
		if (!r)
			told_accepted(&w->reply, &e, &o);
	}
	return r;
}

static int follow_one(struct work *w, struct effect *e, struct err *err)
{
	int r = 0;

	if (e->kind == EFFECT_ACCEPTED)
		return accept(w, e, err);
	told_effect(&w->reply, e);
	if (e->kind == EFFECT_DROPPED)
		r = tend_quietly(w, e->receiver, e->target, err);
	if (!r && (e->kind == EFFECT_DROPPED || e->kind == EFFECT_OFFERED ||
	           e->kind == EFFECT_WITHDRAWN))
		r = tend_others(w, e, err);
	return r;
}

/* What is taken off goes first: it may be in the way of the rest. */
static int follow(struct work *w, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < w->effects.n; i++)
		if (w->effects.v[i].kind == EFFECT_DROPPED)
			r = follow_one(w, &w->effects.v[i], err);
	for (size_t i = 0; !r && i < w->effects.n; i++)
		if (w->effects.v[i].kind != EFFECT_DROPPED)
			r = follow_one(w, &w->effects.v[i], err);
	return r;
}

/* Back to what consent was before. */
static void revert(struct work *w)
{
	struct err ignored;

	store_revert(w->round.c);
	for (size_t i = 0; i < w->effects.n; i++) {
		const struct effect *e = &w->effects.v[i];

		if (e->receiver && e->target && e->kind != EFFECT_BLOCKED &&
		    e->kind != EFFECT_LIFTED)
			tend_quietly(w, e->receiver, e->target, &ignored);
		tend_others(w, e, &ignored);
	}
}

/* Write it; a positive return says that the file is another by now. */
static int record(struct work *w, struct err *err)
{
	struct casting *c = w->round.c;
	struct err why = {0};
	int r;

	if (!c->fault) {
		r = store_write(c, &c->casts, &why);
		if (r >= 0)
			return r;
	} else {
		r = err_say(&why, -EINVAL, "%s", fault_for(c));
	}
	if (c->is_guests && !c->fault)
		err_set(&why, r, "the host cannot record it");
	if (!takes_off(w->request)) {
		*err = why;
		return r;
	}
	if (store_keep_pending(c, &c->casts, err) < 0)
		return r;
	return err_say(err, r, "taken off now, not recorded: %s", why.text);
}

static void forget_try(struct work *w)
{
	effects_done(&w->effects);
	w->reply.len = 0;
}

static int attempt(struct work *w, struct err *err)
{
	struct casting *c = w->round.c;
	const struct activity now = {is_active, w};
	int r;

	r = request_apply(&c->casts, w->request, &now, &w->effects, err);
	if (r < 0)
		return r;
	r = grant_check(&w->round, w->request, &w->effects, err);
	if (!r)
		r = follow(w, err);
	if (!r && !w->effects.n && w->request->verb == CAST_VERB_CASTON)
		r = look_again(w, err);
	if (r < 0) {
		revert(w);
		return r;
	}
	r = record(w, err);
	if (r && !(r < 0 && takes_off(w->request)))
		revert(w);
	return r;
}

/* The stop of whose it is will ask again. */
static void remember_holders(struct work *w)
{
	int folder_fd = w->round.c->lock_fd;

	for (size_t i = 0; i < w->effects.n; i++) {
		const struct effect *e = &w->effects.v[i];
		AUTO(holders) struct holders all = {0};

		if ((e->kind != EFFECT_DROPPED &&
		     e->kind != EFFECT_WITHDRAWN) ||
		    !strcmp(e->giver, PEER_HOST))
			continue;
		holders_load(&all, folder_fd, e->giver);
		holders_merge(&all, &w->holders);
		holders_find(&all, w->round.c->places, NULL);
		holders_save(&all, folder_fd, e->giver);
	}
}

static void add_holders(struct work *w, struct err *err)
{
	struct holders *h = &w->holders;
	AUTO(buf) struct buf who = {0};

	holders_find(h, w->round.c->places, NULL);
	if (h->n && w->round.c->is_kill) {
		holders_print(h, &who);
		told_part(&w->reply);
		if (holders_kill(h, err) < 0)
			buf_puts(&w->reply, err->text);
		else
			buf_printf(&w->reply, "ended: %s", who.data);
		return;
	}
	if (!h->n)
		return;
	remember_holders(w);
	told_part(&w->reply);
	if (w->round.c->is_guests) {
		buf_printf(&w->reply, "still held by %zu %s", h->n,
		           h->n == 1 ? "process" : "processes");
		return;
	}
	buf_puts(&w->reply, "still held: ");
	holders_print(h, &w->reply);
}

/* A receiver that may mount can have bound it elsewhere before. */
static void add_doubt(struct work *w)
{
	for (size_t i = 0; i < w->effects.n; i++) {
		const struct effect *e = &w->effects.v[i];
		struct err ignored;
		struct member *m;

		if ((e->kind != EFFECT_DROPPED &&
		     e->kind != EFFECT_WITHDRAWN) ||
		    !e->receiver ||
		    round_get(&w->round, e->receiver, &m, &ignored) < 0 ||
		    !m->peer.is_up || !m->peer.record.mounts)
			continue;
		told_part(&w->reply);
		buf_printf(&w->reply,
		           "%s has MOUNTS=yes: what it bound elsewhere it "
		           "keeps until it stops",
		           e->receiver);
		return;
	}
}

static void concern(struct work *w)
{
	struct err ignored;
	struct member *m;

	for (size_t i = 0; i < w->effects.n; i++) {
		const struct effect *e = &w->effects.v[i];
		const char *peers[] = {e->receiver, e->giver,
		                       w->request->actor};

		for (size_t k = 0; k < 3; k++)
			if (peers[k] &&
			    !round_get(&w->round, peers[k], &m, &ignored))
				m->is_concerned = true;
	}
}

/* A publication is on everybody's page. */
static bool is_for_all(const struct work *w)
{
	for (size_t i = 0; i < w->effects.n; i++) {
		const struct effect *e = &w->effects.v[i];

		if ((e->kind == EFFECT_OFFERED ||
		     e->kind == EFFECT_WITHDRAWN) &&
		    !e->receiver)
			return true;
	}
	return false;
}

static void finish(struct work *w, struct buf *reply)
{
	struct err err = {0};

	add_holders(w, &err);
	add_doubt(w);
	concern(w);
	if (is_for_all(w))
		round_concern_all(&w->round);
	round_post_pages(&w->round);
	if (!w->effects.n && !w->reply.len)
		buf_puts(&w->reply, "it is so already");
	if (journal_add(w->round.c->places, w->request->actor, w->by,
	                &w->effects) < 0) {
		told_part(&w->reply);
		buf_puts(&w->reply, "the journal cannot be written");
	}
	buf_puts(reply, buf_text(&w->reply));
}

static int carry_out(struct casting *c, const struct request *q, const char *by,
                     struct buf *reply, struct err *err)
{
	__attribute__((cleanup(work_auto))) struct work w = {
		.round = {.c = c},
		.request = q,
		.by = by,
	};
	int r = 1;

	w.round.holders = &w.holders;
	if (c->fault && !takes_off(q))
		return err_say(err, -EINVAL, "%s; mend it first", fault_for(c));
	store_note_begun(c);
	for (int i = 0; r > 0 && i < TRIES; i++) {
		forget_try(&w);
		r = attempt(&w, err);
		if (r > 0) {
			int e = store_read(c, err);

			r = e < 0 ? e : r;
		}
	}
	store_note_done(c);
	if (r > 0)
		return err_say(err, -EBUSY, "casts.ini is edited all the time");
	if (r < 0 && !takes_off(q))
		return r;
	if (r < 0 && !w.effects.n)
		return r;
	finish(&w, reply);
	return r;
}

static void tell_refused(const struct casting *c, const struct request *q,
                         const struct err *err)
{
	AUTO(buf) struct buf text = {0};

	buf_puts(&text, request_verb_name(q->verb));
	if (q->path)
		buf_printf(&text, " %s%s%s", q->peer ? q->peer : "",
		           q->peer ? ":" : "", q->path);
	buf_printf(&text, ": %s", err->text);
	event_add(c->places, q->actor, "refused", text.data);
}

int casting_request(struct casting *c, const struct request *q, const char *by,
                    struct buf *reply, struct err *err)
{
	int r = carry_out(c, q, by, reply, err);

	if (r < 0)
		tell_refused(c, q, err);
	return r;
}
