/* SPDX-License-Identifier: MIT */

#include "casting/tend.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/words.h"
#include "cast/casts.h"
#include "cast/plan.h"
#include "cast/policy.h"
#include "casting/casting.h"
#include "casting/ends.h"
#include "casting/grant.h"
#include "casting/holders.h"
#include "casting/mounting.h"
#include "casting/round.h"

/* One target at work. */
struct job {
	struct round *round;
	struct member *receiver, *giver; /* giver NULL: not accepted */
	const char *target;
	const struct acceptance *accepted; /* NULL: not */
	struct judgement judgement;
	struct held *held; /* what hangs; NULL: nothing. Till it is changed */
	struct end_found source, on;
	struct situation situation;
	struct outcome *outcome;
};

static void job_auto(struct job *j)
{
	end_done(&j->source);
	end_done(&j->on);
}

static const struct casts *casts_of(const struct job *j)
{
	return &j->round->c->casts;
}

/* What consent says. Only what is not granted (any more) waits like something
 * whose source is gone; what is refused leaves nothing behind. */
static int judge(struct job *j, struct err *err)
{
	struct situation *s = &j->situation;

	j->accepted =
		casts_on(casts_of(j), j->receiver->peer.sub.name, j->target);
	if (!j->accepted)
		return 0;
	policy_judge(casts_of(j), j->accepted, &j->judgement);
	s->is_wanted = j->judgement.verdict == VERDICT_ALLOWED;
	s->is_accepted =
		s->is_wanted || j->judgement.verdict == VERDICT_NOT_GRANTED;
	return round_get(j->round, j->accepted->giver, &j->giver, err);
}

static int find_ends(struct job *j)
{
	struct situation *s = &j->situation;
	int r = end_find_target(&j->on, &j->receiver->hanging, j->target);

	s->target = j->on.kind;
	s->target_in_cast = j->on.in_cast;
	s->giver_up = j->giver && j->giver->peer.is_up;
	if (r < 0 || !s->is_wanted || !s->giver_up)
		return r;
	r = end_find_source(&j->source, &j->giver->peer, &j->giver->hanging,
	                    j->accepted->path);
	if (!r && j->giver->peer.is_host && j->source.fd >= 0 &&
	    !(j->judgement.mode & CAST_RO) &&
	    !grant_is_safe_to_write(&j->source)) {
		j->source.kind = END_UNFIT;
		buf_puts(&j->source.why, "it " GRANT_UNSAFE);
	}
	s->source = j->source.kind;
	return r;
}

/* A target that is missing is made where nobody else could have: on a tmpfs of
 * ours, and for the host's own verbs. */
static int make_target(struct job *j)
{
	const struct peer *p = &j->receiver->peer;
	struct situation *s = &j->situation;
	struct err ignored;
	int r;

	if (s->target != END_MISSING ||
	    (s->source != END_DIRECTORY && s->source != END_FILE) ||
	    (!j->round->c->makes_targets && !end_is_on_tmpfs(p, j->target)) ||
	    end_make_target(p, j->target, s->source == END_DIRECTORY,
	                    &ignored) < 0)
		return 0;
	end_done(&j->on);
	r = end_find_target(&j->on, &j->receiver->hanging, j->target);
	s->target = j->on.kind;
	s->target_in_cast = j->on.in_cast;
	return r;
}

static bool is_same(const struct job *j)
{
	const struct held *h = j->held;

	return h->mode == j->judgement.mode && h->dev == j->source.dev &&
	       h->ino == j->source.ino && j->giver && j->accepted &&
	       !strcmp(h->giver, j->accepted->giver) &&
	       !strcmp(h->path, j->accepted->path);
}

static void look_at_held(struct job *j)
{
	struct situation *s = &j->situation;

	j->held = ledger_on(&j->receiver->hanging.ledger, j->target);
	if (!j->held || !j->held->id)
		return;
	s->hangs = j->held->kind == HELD_CAST ? HANGS_CAST : HANGS_TOMBSTONE;
	s->is_in_place = hanging_is_in_place(&j->receiver->hanging, j->held);
	s->is_tombstone_dir = j->held->is_dir;
	s->is_same = is_same(j);
}

/* The most telling words for why it waits. */
static void explain(struct job *j, enum wait_reason why)
{
	struct buf *b = &j->outcome->reason;

	if (why == WAIT_NOT_GRANTED)
		policy_explain(&j->judgement, j->accepted, b);
	else if (why == WAIT_SOURCE_UNFIT && j->source.why.len)
		buf_printf(b, "%s of %s: %s", j->accepted->path,
		           j->accepted->giver, j->source.why.data);
	else if (why == WAIT_TARGET_UNFIT && j->on.why.len)
		buf_printf(b, "%s: %s", j->target, j->on.why.data);
	else if (why == WAIT_GIVER_DOWN && !j->giver->exists)
		buf_printf(b, "there is no sub host %s", j->accepted->giver);
	else
		buf_puts(b, plan_reason(why));
}

static struct held held_of(const struct job *j)
{
	return (struct held){
		.since = (uint64_t)time(NULL),
		.mode = j->judgement.mode,
		.giver = j->accepted->giver,
		.path = j->accepted->path,
		.target = (char *)(uintptr_t)j->target,
		.place = (char *)(uintptr_t)j->target,
		.reason = (char *)(uintptr_t)buf_text(&j->outcome->reason),
	};
}

static int take_off(struct job *j, struct err *err)
{
	struct hanging *h = &j->receiver->hanging;
	AUTO(fd) int fd = -1;

	if (j->round->holders && j->held->kind == HELD_CAST) {
		fd = hanging_reach(h, j->held);
		if (fd >= 0)
			holders_watch(j->round->holders, &j->receiver->peer,
			              fd);
		fd_auto(&fd);
		fd = -1;
	}
	return hanging_take_off(h, j->held, err);
}

/* It has to wait; say so where there is a target, and on its page. A guest that
 * hides its target from itself is no reason to fail. */
static int put_waiting(struct job *j, bool tombstone, struct err *err)
{
	struct hanging *h = &j->receiver->hanging;
	struct held held = held_of(j);
	struct err ignored;
	const struct held *now;

	j->outcome->is_waiting = true;
	if (tombstone && !mounting_put_tombstone(h, &j->on, &held, &ignored))
		return 0;
	held = held_of(j);
	held.kind = HELD_WAITING;
	now = ledger_on(&h->ledger, j->target);
	if (now && now->kind == HELD_WAITING &&
	    !strcmp(now->reason, held.reason))
		return 0;
	return hanging_note(h, &held, err);
}

/* The giver is told first to whom it gives: its stop takes it off there. */
static int put_cast(struct job *j, struct err *err)
{
	struct held held = held_of(j);
	int r = j->giver->peer.is_host
	                ? 0
	                : hanging_note_receiver(&j->giver->hanging,
	                                        j->receiver->peer.sub.name,
	                                        err);

	if (!r)
		r = mounting_put_cast(&j->receiver->hanging, &j->source, &j->on,
		                      &held, err);
	if (r < 0)
		return r;
	j->outcome->is_active = true;
	j->giver->is_concerned = true;
	return 0;
}

/* A failure leaves a tombstone that says why. */
static int put(struct job *j, const struct steps_wanted *steps, struct err *err)
{
	struct err why = {0};

	j->outcome->mode = j->judgement.mode;
	if (steps->put == PUT_CAST) {
		if (!put_cast(j, &why))
			return 0;
		buf_puts(&j->outcome->reason, why.text);
		return put_waiting(j, true, err);
	}
	explain(j, steps->why);
	j->outcome->may_come = steps->why == WAIT_GIVER_DOWN ||
	                       steps->why == WAIT_SOURCE_MISSING;
	return put_waiting(j, steps->put == PUT_TOMBSTONE, err);
}

/* What is kept: a tombstone may have another reason by now. */
static int keep(struct job *j, const struct steps_wanted *steps,
                struct err *err)
{
	struct held held;

	j->outcome->mode = j->judgement.mode;
	if (steps->why == WAIT_NOT) {
		j->outcome->is_active = true;
		return 0;
	}
	explain(j, steps->why);
	j->outcome->is_waiting = true;
	j->outcome->may_come = steps->why == WAIT_GIVER_DOWN ||
	                       steps->why == WAIT_SOURCE_MISSING;
	if (!strcmp(j->held->reason, buf_text(&j->outcome->reason)))
		return 0;
	held = *j->held;
	held.giver = j->accepted->giver;
	held.path = j->accepted->path;
	held.reason = (char *)(uintptr_t)buf_text(&j->outcome->reason);
	return hanging_note(&j->receiver->hanging, &held, err);
}

static int carry_out(struct job *j, const struct steps_wanted *steps,
                     struct err *err)
{
	bool was_there = j->held;
	int r = 0;

	if (steps->take_off) {
		r = take_off(j, err);
		j->held = NULL;
	}
	if (r < 0)
		return r;
	if (!j->situation.is_accepted) {
		struct held gone = {.kind = HELD_GONE,
		                    .target = (char *)(uintptr_t)j->target};

		/* A waiting one that nothing hung for. */
		return was_there && !steps->take_off
		               ? hanging_note(&j->receiver->hanging, &gone, err)
		               : 0;
	}
	if (j->held && steps->put == PUT_NOTHING && j->held->id)
		return keep(j, steps, err);
	if (steps->put != PUT_NOTHING && j->situation.hangs != HANGS_NOTHING) {
		/* What lay beneath is the target now. */
		end_done(&j->on);
		r = end_find_target(&j->on, &j->receiver->hanging, j->target);
	}
	return r < 0 ? err_set(err, r, "cannot look at %s of %s", j->target,
	                       j->receiver->peer.sub.name)
	             : put(j, steps, err);
}

static int tend_pair(struct round *r, struct member *receiver,
                     const char *giver, struct err *err);

/* What had to go because it lay over another's mount is put right, too. */
static int tend_uncovered(struct round *r, struct member *receiver,
                          struct err *err)
{
	if (!receiver->hanging.has_uncovered)
		return 0;
	receiver->hanging.has_uncovered = false;
	return tend_pair(r, receiver, NULL, err);
}

int tend_target(struct round *r, struct member *receiver, const char *target,
                struct outcome *ret, struct err *err)
{
	__attribute__((cleanup(job_auto))) struct job j = {
		.round = r,
		.receiver = receiver,
		.target = target,
		.source = END_NONE,
		.on = END_NONE,
		.outcome = ret,
	};
	struct steps_wanted steps;
	int e = judge(&j, err);

	if (e < 0)
		return e;
	if (!receiver->peer.is_up) {
		ret->is_waiting = j.situation.is_accepted;
		ret->may_come = j.situation.is_wanted;
		ret->mode = j.judgement.mode;
		buf_printf(&ret->reason, "%s is not up",
		           receiver->peer.sub.name);
		return 0;
	}
	e = find_ends(&j);
	if (!e)
		e = make_target(&j);
	if (e < 0)
		return err_set(err, e, "cannot look at %s of %s", target,
		               receiver->peer.sub.name);
	look_at_held(&j);
	steps = plan_for(&j.situation);
	e = carry_out(&j, &steps, err);
	return e < 0 ? e : tend_uncovered(r, receiver, err);
}

/* Each target once, though tending changes what they are listed in. */
static void add_target(struct words *targets, const char *target)
{
	words_add(targets, target);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int tend_targets(struct round *r, struct member *receiver,
                        struct words *targets, struct err *err)
{
	struct err ignored;
	int first = 0;

	if (targets->n)
		qsort(targets->v, targets->n, sizeof(*targets->v), by_text);
	for (size_t i = 0; i < targets->n; i++) {
		AUTO(outcome) struct outcome outcome = {0};
		int e;

		if (i && !strcmp(targets->v[i], targets->v[i - 1]))
			continue;
		e = tend_target(r, receiver, targets->v[i], &outcome,
		                first ? &ignored : err);
		if (e < 0 && !first)
			first = e;
	}
	return first;
}

/* What receiver has of giver (NULL: of all). */
static int tend_pair(struct round *r, struct member *receiver,
                     const char *giver, struct err *err)
{
	const struct ledger *l = &receiver->hanging.ledger;
	const char *name = receiver->peer.sub.name;
	const struct casts *c = &r->c->casts;
	AUTO(words) struct words targets = {0};

	for (size_t i = 0; i < c->n_acceptances; i++)
		if (!strcmp(c->acceptances[i].receiver, name) &&
		    (!giver || !strcmp(c->acceptances[i].giver, giver)))
			add_target(&targets, c->acceptances[i].target);
	for (size_t i = 0; i < l->n; i++)
		if (!giver || !strcmp(l->v[i].giver, giver))
			add_target(&targets, l->v[i].target);
	return tend_targets(r, receiver, &targets, err);
}

int tend_received(struct round *r, const char *name, struct err *err)
{
	struct member *receiver;
	int e = round_get(r, name, &receiver, err);

	if (e < 0 || !receiver->peer.is_up || receiver->peer.is_host)
		return e < 0 ? e : 0;
	return tend_pair(r, receiver, NULL, err);
}

int tend_given(struct round *r, const char *name, struct err *err)
{
	const struct casts *c = &r->c->casts;
	AUTO(words) struct words receivers = {0};
	struct member *giver, *receiver;
	struct err ignored;
	int first = 0, e = round_get(r, name, &giver, err);

	if (e < 0)
		return e;
	for (size_t i = 0; i < giver->hanging.ledger.n_receivers; i++)
		words_add(&receivers, giver->hanging.ledger.receivers[i]);
	for (size_t i = 0; i < c->n_acceptances; i++)
		if (!strcmp(c->acceptances[i].giver, name))
			words_add(&receivers, c->acceptances[i].receiver);
	if (receivers.n)
		qsort(receivers.v, receivers.n, sizeof(*receivers.v), by_text);
	for (size_t i = 0; i < receivers.n; i++) {
		if (i && !strcmp(receivers.v[i], receivers.v[i - 1]))
			continue;
		e = round_get(r, receivers.v[i], &receiver,
		              first ? &ignored : err);
		if (!e && receiver->peer.is_up)
			e = tend_pair(r, receiver, name,
			              first ? &ignored : err);
		if (e < 0 && !first)
			first = e;
	}
	return first;
}

int tend_name(struct round *r, const char *name, struct err *err)
{
	struct err ignored;
	int first = tend_received(r, name, err);
	int e = tend_given(r, name, first ? &ignored : err);

	return first ? first : e;
}
