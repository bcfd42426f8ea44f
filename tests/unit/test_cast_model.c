/* SPDX-License-Identifier: MIT */
/*
 * A second model of who may share what: of small numbers in tables, by brute
 * force, knowing nothing of strings. Random walks over requests and over what
 * an administrator may write into the file take both models the same way, and
 * the file along. SEED=N walks one walk.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/words.h"
#include "cast/casts.h"
#include "cast/ini.h"
#include "cast/percent.h"
#include "cast/policy.h"
#include "cast/request.h"

#define WALKS 400
#define STEPS 40

/* --- the numbers --- */

enum { HOST, P1, P2, P3, PEERS, ANY = PEERS };

static const char *const peer_names[PEERS] = {"host", "1", "2", "three"};

/* In the order of strcmp(); each is below its parent. */
enum { PATHS = 9, NO_PATH = PATHS };

static const char *const path_names[PATHS] = {
	"/", "/a", "/a/b", "/a/b/c", "/a/d", "/ab", "/dev", "/dev/x y", "/s;p"};
static const int parent[PATHS] = {-1, 0, 1, 2, 1, 0, 0, 6, 0};
static const bool reserved[PATHS] = {[0] = true, [6] = true, [7] = true};

#define MOST 512

struct accepted {
	int r, g, p, t, mode;
};

struct tables {
	/* Modes, -1: not granted. */
	int offered[PEERS][PATHS][PEERS][PATHS];
	int published[PEERS][PATHS];
	struct accepted accepted[MOST];
	int n;
	bool blocked[PEERS][PEERS + 1][PATHS + 1];
};

/* What a request did: kind, receiver, giver, path, target and why. */
struct done {
	int v[6];
};

struct all_done {
	struct done v[MOST];
	int n;
};

enum { NONE = 99 };
enum { WHY_NOT, WHY_OWN, WHY_TARGET, WHY_SOURCE, WHY_OTHER, WHY_RIVAL };

static bool above(int a, int b)
{
	for (; b >= 0; b = parent[b])
		if (a == b)
			return true;
	return false;
}

static bool touch(int a, int b)
{
	return above(a, b) || above(b, a);
}

static bool bad_source(int g, int p)
{
	return g == HOST ? p == 0 : reserved[p];
}

/* --- translation --- */

static int number(const char *const *names, int n, const char *name, int none)
{
	if (!name)
		return none;
	for (int i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return i;
	fail_msg("there is no %s", name);
	return -1;
}

static int peer(const char *name)
{
	return number(peer_names, PEERS, name, ANY);
}

static int path(const char *name)
{
	return number(path_names, PATHS, name, NO_PATH);
}

static void translate(const struct casts *c, struct tables *t)
{
	memset(t, 0, sizeof(*t));
	memset(t->offered, -1, sizeof(t->offered));
	memset(t->published, -1, sizeof(t->published));
	for (size_t i = 0; i < c->n_offers; i++) {
		const struct offer *o = &c->offers[i];
		int *at =
			o->receiver
				? &t->offered[peer(o->giver)][path(o->path)]
					     [peer(o->receiver)]
					     [path(o->target)]
				: &t->published[peer(o->giver)][path(o->path)];

		assert_int_equal(*at, -1);
		*at = (int)o->mode;
	}
	assert_true(c->n_acceptances <= MOST);
	for (size_t i = 0; i < c->n_acceptances; i++) {
		const struct acceptance *a = &c->acceptances[i];

		t->accepted[t->n++] = (struct accepted){
			peer(a->receiver), peer(a->giver), path(a->path),
			path(a->target), (int)a->mode};
	}
	for (size_t i = 0; i < c->n_blocks; i++) {
		const struct block *b = &c->blocks[i];
		bool *at = &t->blocked[peer(b->receiver)][peer(b->peer)]
		                      [path(b->path)];

		assert_false(*at);
		*at = true;
	}
}

/* --- the second model: judging --- */

static int mode_of_grant(const struct tables *t, const struct accepted *a)
{
	if (t->offered[a->g][a->p][a->r][a->t] >= 0)
		return t->offered[a->g][a->p][a->r][a->t];
	for (int x = 0; x < PATHS; x++)
		if (t->offered[a->g][a->p][a->r][x] >= 0)
			return t->offered[a->g][a->p][a->r][x];
	return t->published[a->g][a->p];
}

/* Which acceptances may be mounted? */
static void judge_all(const struct tables *t, enum verdict *verdicts)
{
	for (int i = 0; i < t->n; i++) {
		const struct accepted *a = &t->accepted[i];

		verdicts[i] = VERDICT_ALLOWED;
		for (int j = 0; j < i; j++)
			if (t->accepted[j].r == a->r &&
			    verdicts[j] == VERDICT_ALLOWED &&
			    touch(t->accepted[j].t, a->t))
				verdicts[i] = VERDICT_IN_THE_WAY;
		if (bad_source(a->g, a->p))
			verdicts[i] = VERDICT_RESERVED_SOURCE;
		if (reserved[a->t])
			verdicts[i] = VERDICT_RESERVED_TARGET;
		if (a->g == a->r)
			verdicts[i] = VERDICT_OWN;
		if (t->blocked[a->r][a->g][a->t])
			verdicts[i] = VERDICT_BLOCKED;
		if (mode_of_grant(t, a) < 0)
			verdicts[i] = VERDICT_NOT_GRANTED;
	}
}

/* The block that covers it, as peer * 100 + path; -1: none. */
static int covering(const struct tables *t, int r, int g, int target)
{
	for (int x = target; x >= 0; x = parent[x])
		if (t->blocked[r][g][x])
			return g * 100 + x;
	for (int x = target; x >= 0; x = parent[x])
		if (t->blocked[r][ANY][x])
			return ANY * 100 + x;
	if (t->blocked[r][g][NO_PATH])
		return g * 100 + NO_PATH;
	return t->blocked[r][ANY][NO_PATH] ? ANY * 100 + NO_PATH : -1;
}

static bool said_yes(const struct tables *t, int r, int g, int p)
{
	for (int i = 0; i < t->n; i++)
		if (t->accepted[i].r == r && t->accepted[i].g == g &&
		    t->accepted[i].p == p)
			return true;
	return false;
}

/* --- the second model: requests --- */

struct ask {
	enum cast_verb verb;
	int actor, peer, path, target, mode; /* ANY, NO_PATH: not named */
	bool lift;
	int lifted[4][2], n_lifted;
};

static void done(struct all_done *d, int kind, int r, int g, int p, int t,
                 int why)
{
	d->v[d->n++] = (struct done){{kind, r, g, p, t, why}};
}

static int grant(struct tables *t, const struct ask *q, struct all_done *d)
{
	int target = q->target == NO_PATH ? q->path : q->target, *at;

	if (bad_source(q->actor, q->path))
		return -EINVAL;
	if (q->verb == CAST_VERB_PUBLISH) {
		at = &t->published[q->actor][q->path];
		if (*at != q->mode)
			done(d, EFFECT_OFFERED, ANY, q->actor, q->path, NO_PATH,
			     0);
		*at = q->mode;
		return 0;
	}
	if (q->peer == HOST || q->peer == q->actor || reserved[target])
		return -EINVAL;
	at = &t->offered[q->actor][q->path][q->peer][target];
	if (*at != q->mode)
		done(d, EFFECT_OFFERED, q->peer, q->actor, q->path, target, 0);
	*at = q->mode;
	return 0;
}

static int withdraw(struct tables *t, const struct ask *q, struct all_done *d)
{
	static struct tables before;
	int g = q->actor, p = q->path, n;

	before = *t;
	for (int r = 0; r < PEERS; r++)
		for (int x = 0; x < PATHS; x++)
			if (q->verb == CAST_VERB_UCAST &&
			    t->offered[g][p][r][x] >= 0 &&
			    (q->peer == ANY || q->peer == r)) {
				t->offered[g][p][r][x] = -1;
				done(d, EFFECT_WITHDRAWN, r, g, p, x, 0);
			}
	if (t->published[g][p] >= 0 && q->peer == ANY) {
		t->published[g][p] = -1;
		done(d, EFFECT_WITHDRAWN, ANY, g, p, NO_PATH, 0);
	}
	n = d->n;
	for (int i = 0; i < t->n; i++) {
		const struct accepted *a = &t->accepted[i];
		bool is_told = false;

		for (int j = 0; j < n; j++)
			if (d->v[j].v[1] == a->r && d->v[j].v[4] == a->t)
				is_told = true;
		if (!is_told && mode_of_grant(&before, a) >= 0 &&
		    mode_of_grant(t, a) < 0)
			done(d, EFFECT_WITHDRAWN, a->r, a->g, a->p, a->t, 0);
	}
	return n ? 0 : -ENOENT;
}

static void collect_offered(const struct tables *t, int r, struct accepted *v,
                            int *n)
{
	for (int g = 0; g < PEERS; g++)
		for (int p = 0; p < PATHS; p++) {
			bool is_addressed = false;

			for (int x = 0; x < PATHS; x++) {
				int mode = t->offered[g][p][r][x];

				is_addressed = is_addressed || mode >= 0;
				if (mode >= 0 && !said_yes(t, r, g, p) &&
				    covering(t, r, g, x) < 0)
					v[(*n)++] = (struct accepted){r, g, p,
					                              x, mode};
			}
			if (t->published[g][p] >= 0 && !is_addressed &&
			    !said_yes(t, r, g, p) && covering(t, r, g, p) < 0)
				v[(*n)++] = (struct accepted){
					r, g, p, p, t->published[g][p]};
		}
}

static int impossible(const struct accepted *a)
{
	if (a->g == a->r)
		return WHY_OWN;
	if (reserved[a->t])
		return WHY_TARGET;
	return bad_source(a->g, a->p) ? WHY_SOURCE : WHY_NOT;
}

static bool other_there(const struct tables *t, const struct accepted *a)
{
	for (int i = 0; i < t->n; i++) {
		const struct accepted *b = &t->accepted[i];

		if (b->r == a->r && touch(b->t, a->t) &&
		    (b->g != a->g || b->p != a->p || b->t != a->t))
			return true;
	}
	return false;
}

static int take_all(struct tables *t, const struct ask *q, struct all_done *d)
{
	static struct accepted v[MOST];
	static int why[MOST];
	int n = 0;

	collect_offered(t, q->actor, v, &n);
	for (int i = 0; i < n; i++) {
		why[i] = impossible(&v[i]);
		if (!why[i] && other_there(t, &v[i]))
			why[i] = WHY_OTHER;
	}
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			if (i != j && !why[i] &&
			    (!why[j] || why[j] == WHY_RIVAL) &&
			    touch(v[i].t, v[j].t))
				why[i] = WHY_RIVAL;
	for (int i = 0; i < n; i++) {
		done(d, why[i] ? EFFECT_SKIPPED : EFFECT_ACCEPTED, v[i].r,
		     v[i].g, v[i].p, v[i].t, why[i]);
		if (!why[i])
			t->accepted[t->n++] = v[i];
	}
	return 0;
}

static int take_one(struct tables *t, const struct ask *q, struct all_done *d)
{
	struct accepted a = {q->actor, q->peer, -1, q->path, 0};
	int same = -1;

	for (int p = 0; p < PATHS; p++) {
		int mode = t->offered[q->peer][p][q->actor][q->path];

		if (mode >= 0 && a.p >= 0)
			return -EEXIST;
		if (mode >= 0) {
			a.p = p;
			a.mode = mode | q->mode;
		}
	}
	if (a.p < 0 && t->published[q->peer][q->path] >= 0) {
		a.p = q->path;
		a.mode = t->published[q->peer][q->path] | q->mode;
	}
	if (a.p < 0)
		return -ENOENT;
	if (q->target != NO_PATH)
		a.t = q->target;
	if (impossible(&a))
		return -EINVAL;
	for (int i = 0; i < t->n; i++)
		if (t->accepted[i].r == a.r && t->accepted[i].g == a.g &&
		    t->accepted[i].p == a.p && t->accepted[i].t == a.t)
			same = i;
	if (same >= 0 ? t->blocked[a.r][a.g][a.t]
	              : covering(t, a.r, a.g, a.t) >= 0)
		return -EPERM;
	if (other_there(t, &a))
		return -EEXIST;
	if (same < 0)
		t->accepted[t->n++] = a;
	else if (t->accepted[same].mode == a.mode)
		return 0;
	else
		t->accepted[same].mode = a.mode;
	done(d, EFFECT_ACCEPTED, a.r, a.g, a.p, a.t, 0);
	return 0;
}

static void let_go(struct tables *t, struct all_done *d, const bool *is_gone)
{
	int kept = 0;

	for (int i = 0; i < t->n; i++) {
		const struct accepted a = t->accepted[i];

		if (is_gone[i])
			done(d, EFFECT_DROPPED, a.r, a.g, a.p, a.t, 0);
		else
			t->accepted[kept++] = a;
	}
	t->n = kept;
}

static int take_off(struct tables *t, const struct ask *q, struct all_done *d)
{
	bool gone[MOST] = {0}, any = false;

	/* Once by the target, once by the source's path. */
	for (int by_source = 0; by_source < 2 && !any; by_source++)
		for (int i = 0; i < t->n; i++) {
			const struct accepted *a = &t->accepted[i];
			int named = by_source ? a->p : a->t;

			if (a->r != q->actor ||
			    (q->peer != ANY && q->peer != a->g) ||
			    (q->path != NO_PATH && q->path != named) ||
			    (by_source && q->peer == ANY))
				continue;
			gone[i] = any = true;
		}
	let_go(t, d, gone);
	return any || q->path == NO_PATH ? 0 : -ENOENT;
}

static bool is_mounted(int g, int p, int t)
{
	return (g + p + t) % 2;
}

static int put_block(struct tables *t, const struct ask *q, struct all_done *d)
{
	bool *at = &t->blocked[q->actor][q->peer][q->path], gone[MOST];

	if (!*at)
		done(d, EFFECT_BLOCKED, q->actor, q->peer, NO_PATH, q->path, 0);
	*at = true;
	for (int i = 0; i < t->n; i++) {
		const struct accepted *a = &t->accepted[i];

		if (q->peer == ANY && q->path == NO_PATH)
			gone[i] = !is_mounted(a->g, a->p, a->t);
		else
			gone[i] = (q->peer == ANY || q->peer == a->g) &&
			          (q->path == NO_PATH || above(q->path, a->t));
		gone[i] = gone[i] && a->r == q->actor;
	}
	let_go(t, d, gone);
	return 0;
}

static int take_block(struct tables *t, const struct ask *q, struct all_done *d)
{
	bool(*mine)[PATHS + 1] = t->blocked[q->actor];

	for (int i = 0; i < q->n_lifted; i++)
		if (!mine[q->lifted[i][0]][q->lifted[i][1]])
			return -ENOENT;
	for (int g = 0; g <= PEERS; g++)
		for (int p = 0; p <= PATHS; p++) {
			bool is_lifted = !q->n_lifted;

			for (int i = 0; i < q->n_lifted; i++)
				if (q->lifted[i][0] == g &&
				    q->lifted[i][1] == p)
					is_lifted = true;
			if (!mine[g][p] || !is_lifted)
				continue;
			mine[g][p] = false;
			done(d, EFFECT_LIFTED, q->actor, g, NO_PATH, p, 0);
		}
	return 0;
}

static int carry_out(struct tables *t, const struct ask *q, struct all_done *d)
{
	switch (q->verb) {
	case CAST_VERB_CAST:
	case CAST_VERB_PUBLISH:
		return grant(t, q, d);
	case CAST_VERB_UCAST:
	case CAST_VERB_UNPUBLISH:
		return withdraw(t, q, d);
	case CAST_VERB_CASTON:
		return q->peer == ANY ? take_all(t, q, d) : take_one(t, q, d);
	case CAST_VERB_CASTOFF:
		return take_off(t, q, d);
	case CAST_VERB_CASTBLOCK:
	case CAST_VERBS:
		break;
	}
	return q->lift ? take_block(t, q, d) : put_block(t, q, d);
}

/* --- chance --- */

static uint64_t walk_seed, luck;
static int codes_seen[256], verdicts_seen[16];

/* xorshift64*; a number below n. */
static int chance(int n)
{
	luck ^= luck >> 12;
	luck ^= luck << 25;
	luck ^= luck >> 27;
	return (int)((luck * 2685821657736338717ull >> 33) % (unsigned)n);
}

/* Some paths come more often, or nothing would ever meet. */
static int any_path(void)
{
	return chance(3) ? 1 + chance(5) : chance(PATHS);
}

static int any_peer(void)
{
	return chance(PEERS);
}

static int any_guest(void)
{
	return 1 + chance(PEERS - 1);
}

static void make_ask(struct ask *q)
{
	bool may_be_host;

	*q = (struct ask){.verb = (enum cast_verb)chance(CAST_VERBS),
	                  .peer = ANY,
	                  .path = NO_PATH,
	                  .target = NO_PATH};
	may_be_host = q->verb != CAST_VERB_CASTON &&
	              q->verb != CAST_VERB_CASTOFF &&
	              q->verb != CAST_VERB_CASTBLOCK;
	q->actor = may_be_host ? any_peer() : any_guest();
	if (q->verb == CAST_VERB_CASTBLOCK && chance(2)) {
		q->lift = true;
		q->n_lifted = chance(3);
		for (int i = 0; i < q->n_lifted; i++) {
			q->lifted[i][0] = chance(2) ? ANY : any_peer();
			q->lifted[i][1] = chance(2) ? NO_PATH : any_path();
		}
		return;
	}
	if (may_be_host || chance(3))
		q->path = any_path();
	if (q->verb == CAST_VERB_CAST ||
	    (q->verb == CAST_VERB_UCAST && chance(2)) ||
	    (q->verb == CAST_VERB_CASTON && q->path != NO_PATH) ||
	    (q->verb == CAST_VERB_CASTOFF && q->path != NO_PATH && chance(2)) ||
	    (q->verb == CAST_VERB_CASTBLOCK && chance(2)))
		q->peer = any_peer();
	if (q->verb == CAST_VERB_CAST || q->verb == CAST_VERB_CASTON)
		q->target =
			q->path == NO_PATH || chance(2) ? NO_PATH : any_path();
	if (q->verb == CAST_VERB_CAST || q->verb == CAST_VERB_PUBLISH ||
	    (q->verb == CAST_VERB_CASTON && q->path != NO_PATH))
		q->mode = chance(2);
}

/* Most of what might be asked for is not there: ask for something that is. */
static void ask_for_one(struct ask *q, const struct casts *c)
{
	if (q->verb == CAST_VERB_CASTON && c->n_offers) {
		const struct offer *o = &c->offers[chance((int)c->n_offers)];

		q->actor = o->receiver ? peer(o->receiver) : any_guest();
		q->peer = peer(o->giver);
		q->path = path(o->target ? o->target : o->path);
	}
	if (q->verb == CAST_VERB_CASTOFF && c->n_acceptances) {
		const struct acceptance *a =
			&c->acceptances[chance((int)c->n_acceptances)];

		q->actor = peer(a->receiver);
		q->peer = peer(a->giver);
		q->path = path(chance(2) ? a->target : a->path);
	}
}

/* PEER, PATH or PEER:PATH; the way they are typed or the way they are sent. */
static void print_what(struct buf *b, int g, int p, bool is_encoded)
{
	if (g != ANY)
		buf_puts(b, peer_names[g]);
	if (g != ANY && p != NO_PATH)
		buf_putc(b, ':');
	if (p != NO_PATH && is_encoded)
		percent_encode(b, path_names[p]);
	else if (p != NO_PATH)
		buf_puts(b, path_names[p]);
	if (g == ANY && p == NO_PATH)
		buf_puts(b, "All");
}

static void add_word(struct words *w, int g, int p, bool is_encoded)
{
	AUTO(buf) struct buf b = {0};

	print_what(&b, g, p, is_encoded);
	words_add(w, buf_text(&b));
}

static void say(const struct ask *q, bool is_encoded, struct words *w)
{
	bool is_giving =
		q->verb == CAST_VERB_CAST || q->verb == CAST_VERB_PUBLISH;

	if (q->lift)
		words_add(w, "--lift");
	for (int i = 0; i < q->n_lifted; i++)
		add_word(w, q->lifted[i][0], q->lifted[i][1], is_encoded);
	if (q->verb == CAST_VERB_CAST || q->verb == CAST_VERB_UCAST) {
		add_word(w, ANY, q->path, is_encoded);
		if (q->peer != ANY)
			add_word(w, q->peer, q->target, is_encoded);
	} else if (q->peer != ANY || q->path != NO_PATH) {
		add_word(w, q->peer, q->path, is_encoded);
		if (q->target != NO_PATH)
			add_word(w, ANY, q->target, is_encoded);
	}
	if (q->mode)
		words_add(w, "--ro");
	else if (is_giving && q->actor == HOST)
		words_add(w, "--rw");
}

static void move_last(struct casts *c, size_t at)
{
	AUTO(casts) struct casts copy = {0};

	casts_copy(&copy, c);
	casts_drop_acceptance(c, at);
	casts_accept(c, &copy.acceptances[at]);
}

/* What only an editor can do. */
static void scribble(struct casts *c)
{
	char *r = (char *)peer_names[any_guest()],
	     *g = (char *)peer_names[any_peer()],
	     *p = (char *)path_names[any_path()],
	     *t = (char *)path_names[any_path()];
	unsigned mode = (unsigned)chance(4);
	size_t n = c->n_acceptances;

	switch (chance(9)) {
	case 0:
		casts_offer(c, &(struct offer){g, p, NULL, NULL, mode});
		break;
	case 1:
	case 2:
	case 3:
		casts_accept(c, &(struct acceptance){r, g, p, t, mode});
		if (chance(3))
			casts_offer(c, &(struct offer){g, p, r, t, mode});
		break;
	case 4:
		casts_block(c, &(struct block){r, chance(2) ? g : NULL,
		                               chance(2) ? p : NULL});
		break;
	case 5:
		if (n)
			casts_block(c, &(struct block){
					       c->acceptances[n - 1].receiver,
					       c->acceptances[n - 1].giver,
					       c->acceptances[n - 1].target});
		break;
	case 6:
		if (!chance(20))
			casts_forget(c, g);
		break;
	case 7:
		if (n)
			move_last(c, (size_t)chance((int)n));
		break;
	default:
		if (n)
			casts_drop_acceptance(c, (size_t)chance((int)n));
	}
}

/* --- comparing --- */

/* Those of each receiver in their order; what is new may be in any. */
static bool same_accepted(const struct tables *a, const struct tables *b,
                          int n_old)
{
	bool used[MOST] = {0};

	if (a->n != b->n)
		return false;
	for (int i = 0; i < a->n; i++) {
		int at = i;

		if (i >= n_old)
			for (at = n_old; at < b->n; at++)
				if (!used[at] &&
				    !memcmp(&a->accepted[i], &b->accepted[at],
				            sizeof(*a->accepted)))
					break;
		if (at == b->n || memcmp(&a->accepted[i], &b->accepted[at],
		                         sizeof(*a->accepted)))
			return false;
		used[at] = true;
	}
	return true;
}

static bool same_rest(const struct tables *a, const struct tables *b)
{
	return !memcmp(a->offered, b->offered, sizeof(a->offered)) &&
	       !memcmp(a->published, b->published, sizeof(a->published)) &&
	       !memcmp(a->blocked, b->blocked, sizeof(a->blocked));
}

/* All of one receiver after all of another. */
static void sort_receivers(struct tables *t)
{
	static struct accepted sorted[MOST];
	int n = 0;

	for (int r = 0; r < PEERS; r++)
		for (int i = 0; i < t->n; i++)
			if (t->accepted[i].r == r)
				sorted[n++] = t->accepted[i];
	memcpy(t->accepted, sorted, (size_t)n * sizeof(*sorted));
}

static int why(const char *reason)
{
	static const char *const words[] = {[WHY_OWN] = "gives it itself",
	                                    [WHY_TARGET] = "may lie on",
	                                    [WHY_SOURCE] = "may come from",
	                                    [WHY_OTHER] = "is accepted on",
	                                    [WHY_RIVAL] = "is offered for"};

	if (!reason)
		return WHY_NOT;
	for (int i = WHY_OWN; i <= WHY_RIVAL; i++)
		if (strstr(reason, words[i]))
			return i;
	return NONE;
}

static void translate_effects(const struct effects *e, struct all_done *d)
{
	for (size_t i = 0; i < e->n; i++) {
		const struct effect *v = &e->v[i];

		done(d, (int)v->kind, peer(v->receiver), peer(v->giver),
		     path(v->path), path(v->target), why(v->reason));
	}
}

static int compare_done(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct done));
}

static bool same_done(struct all_done *a, struct all_done *b)
{
	qsort(a->v, (size_t)a->n, sizeof(*a->v), compare_done);
	qsort(b->v, (size_t)b->n, sizeof(*b->v), compare_done);
	return a->n == b->n &&
	       !memcmp(a->v, b->v, (size_t)a->n * sizeof(*a->v));
}

#define CHECK(claim, text)                                                     \
	do {                                                                   \
		if (!(claim))                                                  \
			fail_msg("SEED=%llu: %s: %s",                          \
			         (unsigned long long)walk_seed, #claim,        \
			         (text));                                      \
	} while (0)

static void check_judgements(const struct casts *c, const char *text)
{
	static enum verdict verdicts[MOST];
	static struct tables t;

	translate(c, &t);
	judge_all(&t, verdicts);
	for (int i = 0; i < t.n; i++) {
		unsigned mode = 99;
		struct judgement j;

		policy_judge(c, &c->acceptances[i], &j);
		verdicts_seen[j.verdict]++;
		CHECK(j.verdict == verdicts[i], text);
		CHECK(policy_allows(c, &c->acceptances[i], &mode) ==
		              (verdicts[i] == VERDICT_ALLOWED),
		      text);
		if (verdicts[i] == VERDICT_ALLOWED)
			CHECK((int)mode == (t.accepted[i].mode |
			                    mode_of_grant(&t, &t.accepted[i])),
			      text);
	}
}

static void check_blocks(const struct casts *c, const char *text)
{
	static struct tables t;

	translate(c, &t);
	for (int r = P1; r < PEERS; r++)
		for (int g = 0; g < PEERS; g++)
			for (int p = 0; p < PATHS; p++) {
				const struct block *b = policy_blocked(
					c, peer_names[r], peer_names[g],
					path_names[p]);
				int found =
					b ? peer(b->peer) * 100 + path(b->path)
					  : -1;

				CHECK(found == covering(&t, r, g, p), text);
			}
}

/* Does receiver's _offered list just what it has not decided on? */
static void check_offered(const struct tables *t, const char *text, int r)
{
	char header[32];
	const char *at, *end;
	int items = 0, wanted = 0;

	snprintf(header, sizeof(header), "[%s]\n", peer_names[r]);
	at = strstr(text, header);
	end = at ? strstr(at + 1, "\n[") : NULL;
	at = at ? strstr(at, "\n_offered = ") : NULL;
	if (at && (!end || at < end) && strncmp(at, "\n_offered = None", 16))
		for (items = 1, at++; *at && *at != '\n'; at++)
			items += at[0] == ',' && at[1] == ' ';
	for (int g = 0; g < PEERS; g++)
		for (int p = 0; p < PATHS; p++)
			for (int x = 0; x < PATHS; x++)
				wanted += t->offered[g][p][r][x] >= 0 &&
				          !said_yes(t, r, g, p) &&
				          covering(t, r, g, x) < 0;
	CHECK(items == wanted, text);
}

/* The file follows: *text becomes what says c. */
static void check_file(const struct casts *c, char **text)
{
	AUTO(buf) struct buf b = {0}, again = {0};
	AUTO(casts) struct casts read = {0};
	static struct tables wanted, found;
	struct err err = {0};

	ini_rewrite(*text, strlen(*text), c, &b);
	if (ini_parse(buf_text(&b), b.len, "casts.ini", &read, &err) < 0)
		fail_msg("SEED=%llu: %s\n%s", (unsigned long long)walk_seed,
		         err.text, buf_text(&b));
	translate(c, &wanted);
	translate(&read, &found);
	sort_receivers(&wanted);
	sort_receivers(&found);
	CHECK(same_rest(&wanted, &found), buf_text(&b));
	CHECK(same_accepted(&wanted, &found, wanted.n), buf_text(&b));
	for (int r = P1; r < PEERS; r++)
		check_offered(&wanted, buf_text(&b), r);
	ini_rewrite(buf_text(&b), b.len, c, &again);
	CHECK(!strcmp(buf_text(&b), buf_text(&again)), buf_text(&b));
	CHECK(strstr(buf_text(&b), "# mine\n"), buf_text(&b));
	CHECK(strstr(buf_text(&b), "[not a peer]\n_accepted = All\n"),
	      buf_text(&b));
	free(*text);
	*text = buf_take(&b);
}

/* --- walking --- */

static bool is_active(void *arg, const struct acceptance *a)
{
	(void)arg;
	return is_mounted(peer(a->giver), path(a->path), path(a->target));
}

static void check_request(struct casts *c, const struct ask *q,
                          const char *text)
{
	const struct activity now = {.is_active = is_active};
	bool is_encoded = chance(2);
	AUTO(words) struct words words = {0};
	AUTO(request) struct request request = {0};
	AUTO(effects) struct effects effects = {0};
	static struct all_done wanted, found;
	static struct tables before, after, t;
	struct err err = {0};
	int code, wanted_code;

	wanted.n = found.n = 0;
	say(q, is_encoded, &words);
	CHECK(request_parse(&(struct asked){.actor = peer_names[q->actor],
	                                    .verb = q->verb,
	                                    .words = words.v,
	                                    .n = words.n,
	                                    .is_encoded = is_encoded},
	                    &request, &err) == 0,
	      err.text);
	translate(c, &before);
	code = request_apply(c, &request, &now, &effects, &err);
	translate(c, &after);
	t = before;
	wanted_code = carry_out(&t, q, &wanted);
	CHECK(code == wanted_code, text);
	codes_seen[-code]++;
	CHECK(code == err.code, text);
	CHECK(code == 0 || effects.n == 0, text);
	if (code < 0)
		t = before;
	CHECK(same_rest(&after, &t), text);
	CHECK(same_accepted(&after, &t, before.n < t.n ? before.n : t.n), text);
	translate_effects(&effects, &found);
	CHECK(code < 0 || same_done(&found, &wanted), text);
}

static void walk(uint64_t seed)
{
	AUTO(casts) struct casts c = {0};
	AUTO(mem)
	char *text = mem_copy("# mine\n[not a peer]\n"
	                      "_accepted = All\n[2]\n# two\n");
	struct ask q;

	walk_seed = seed;
	luck = seed * 0x9e3779b97f4a7c15ull + 1;
	for (int step = 0; step < STEPS; step++) {
		if (chance(3)) {
			make_ask(&q);
			if (q.peer != ANY && chance(3))
				ask_for_one(&q, &c);
			check_request(&c, &q, text);
		} else {
			scribble(&c);
		}
		check_judgements(&c, text);
		check_blocks(&c, text);
		check_file(&c, &text);
	}
}

static void both_models_agree(void **state)
{
	static const int codes[] = {0, ENOENT, EINVAL, EEXIST, EPERM};
	const char *seed = getenv("SEED");

	(void)state;
	if (seed) {
		walk(strtoull(seed, NULL, 10));
		return;
	}
	for (uint64_t i = 1; i <= WALKS; i++)
		walk(i);
	/* Nothing was left out by chance. */
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		assert_true(codes_seen[codes[i]] > 50);
	for (int v = VERDICT_ALLOWED; v <= VERDICT_IN_THE_WAY; v++)
		assert_true(verdicts_seen[v] > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_models_agree),
	};

	return cmocka_run_group_tests_name("cast_model", tests, NULL, NULL);
}
