/* SPDX-License-Identifier: MIT */

#include "daemon/turn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cast/message.h"
#include "casting/board.h"
#include "casting/peer.h"
#include "daemon/awaited.h"
#include "daemon/broker.h"
#include "daemon/daemon.h"
#include "daemon/guest.h"
#include "daemon/inbox.h"
#include "daemon/job.h"
#include "daemon/keeper.h"
#include "daemon/log.h"

#define LIST_EVERY  1000 /* of one that is crowded */
#define SETTLE      100  /* until a file that was just made is looked at */
#define LOCK_RETRY  5
#define BUSY_TRIES  6    /* of a file that is being written, 62 ms in all */
#define TEND_EVERY  1000 /* of what a guest causes */
#define SLOW        5    /* a listing that took longer than that … */
#define SLOW_FACTOR 20   /* … is followed by a pause so much longer */

/* --- one guest's pieces of work ------------------------------------------ */

/* The job of a file, whose name is a message's. */
static struct job *job_for(struct guest *g, const char *file)
{
	char verb[MESSAGE_NAME_MAX] = "", tag[MESSAGE_NAME_MAX];

	message_name(file, verb, tag);
	return job_new(g, file, verb);
}

static void waiting_auto(struct waiting *w)
{
	free(w->file);
}

/* Whatever is wrong with a message is its answer. */
static void refuse_file(struct daemon *d, struct job *j, const struct err *err)
{
	bucket_take(&j->guest->requests, uv_now(&d->loop));
	job_refuse(j, err);
}

/* The kernel tells that a file was closed a moment before it is. Who holds it
 * for longer tells again by closing it. Returns how long to wait. */
static uint64_t try_again(struct guest *g, struct waiting *w)
{
	uint64_t wait = w->tries ? 1u << w->tries : 0;

	if (w->tries++ < BUSY_TRIES)
		guest_put_back(g, w);
	return wait;
}

static int take(struct daemon *d, struct guest *g, const struct waiting *w,
                struct buf *bytes, struct err *err)
{
	AUTO(peer) struct peer p = PEER_NONE;
	struct inbox_file f = {.name = w->file};
	AUTO(fd) int fd = -1;

	if (peer_open(&p, &d->places, g->name, err) < 0 || !p.is_up)
		return -ESTALE;
	fd = inbox_open(p.root_fd);
	if (fd < 0)
		return -ESTALE;
	f.dir_fd = fd;
	f.base = (uid_t)p.record.base;
	return inbox_take(&f, bytes, err);
}

/* Take a message that waits, and make it a job. Returns how long to wait before
 * the next. */
static uint64_t take_message(struct daemon *d, struct guest *g)
{
	AUTO(waiting) struct waiting w = guest_take_waiting(g);
	AUTO(buf) struct buf bytes = {0};
	struct err err = {0};
	struct job *j;
	int r = take(d, g, &w, &bytes, &err);

	/* What stays where it is shall not be listed for ever. */
	g->has_found |= w.is_listed && (!r || r == -EINVAL);
	g->to_look |= r == -ESTALE;
	if (r == -EBUSY)
		return try_again(g, &w);
	if (r == -ENOENT || r == -ESTALE)
		return 0;
	j = job_for(g, w.file);
	if (!r)
		r = message_parse(buf_text(&bytes), bytes.len, &j->message,
		                  &err);
	if (r < 0)
		refuse_file(d, j, &err);
	return 0;
}

struct listing {
	struct daemon *daemon;
	struct guest *guest;
	int dir_fd;
};

/* Is there room for one more that may be a message? */
static bool want(void *arg, const char *name)
{
	struct listing *l = arg;
	char verb[MESSAGE_NAME_MAX], tag[MESSAGE_NAME_MAX];

	if (message_name(name, verb, tag) < 0 || !broker_knows(l->daemon, verb))
		return true;
	if (!inbox_is_fresh(l->dir_fd, name))
		return guest_add_waiting(l->guest, name, true);
	l->guest->has_found = true; /* by the next listing */
	return true;
}

/* As inbox_list(); 0 also where there is no folder by now. */
static int list_piece(struct daemon *d, struct guest *g)
{
	struct listing l = {.daemon = d, .guest = g};
	AUTO(peer) struct peer p = PEER_NONE;
	AUTO(fd) int fd = -1;
	struct err err = {0};
	int r = peer_open(&p, &d->places, g->name, &err);

	if (r < 0 || !p.is_up)
		return 0;
	fd = inbox_open(p.root_fd);
	l.dir_fd = fd;
	return fd < 0 ? 0 : inbox_list(fd, &g->offset, want, &l);
}

/* All was seen: is that the end, or is there to be another listing? */
static void end_listing(struct daemon *d, struct guest *g)
{
	uint64_t now = uv_now(&d->loop);

	g->offset = 0;
	if (g->is_crowded && now - g->crowded_at < LIST_EVERY) {
		g->list_at = g->crowded_at + LIST_EVERY;
	} else if (g->has_found) {
		g->list_at = now + (g->is_crowded ? LIST_EVERY : SETTLE);
	} else {
		g->to_list = false;
		g->to_look |= g->is_crowded; /* and listed once more */
		g->is_crowded = false;
	}
	g->has_found = g->is_through = false;
}

static void list(struct daemon *d, struct guest *g)
{
	uint64_t begun = uv_hrtime(), took, pause;

	if (g->is_through) {
		end_listing(d, g);
		return;
	}
	g->is_through = list_piece(d, g) <= 0;
	took = (uv_hrtime() - begun) / 1000000;
	pause = uv_now(&d->loop) + took * SLOW_FACTOR;
	if (took > SLOW && g->list_at < pause)
		g->list_at = pause;
}

static void tend(struct daemon *d, struct guest *g)
{
	struct err err = {0};
	int r = casting_begin(&d->casting, &d->places, 0, &err);

	g->tend_at = uv_now(&d->loop) + LOCK_RETRY;
	if (r == -EBUSY)
		return;
	g->to_tend = false;
	g->tended_at = uv_now(&d->loop);
	if (!r) {
		r = casting_tend(&d->casting, g->name, &err);
		casting_let_go(&d->casting);
		awaited_look(d, g);
	}
	if (r < 0)
		log_line(LEVEL_ERROR, "subhost=%s casts: %s", g->name,
		         err.text);
}

/* Answers do not stay for ever. */
static void sweep(struct daemon *d, struct guest *g)
{
	AUTO(peer) struct peer p = PEER_NONE;
	struct err err = {0};
	time_t now = time(NULL), next = 0;
	int r = peer_open(&p, &d->places, g->name, &err);

	if (!r && p.is_up)
		r = board_sweep(&p, now, &next, &err);
	if (r < 0 && r != -ENOENT)
		log_line(LEVEL_ERROR, "subhost=%s replies: %s", g->name,
		         err.text);
	g->n_posted = 0;
	g->sweep_at = 0;
	if (next)
		g->sweep_at = uv_now(&d->loop) + 1000 +
		              (next > now ? (uint64_t)(next - now) * 1000 : 0);
}

/* --- turns ---------------------------------------------------------------- */

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* A listing is for one that has nothing else to do. */
static bool may_list(const struct guest *g)
{
	return g->to_list && !g->n_waiting && !job_ready(g) &&
	       g->n_jobs < GUEST_WAITING_MAX;
}

static bool has_requests(const struct guest *g)
{
	return g->n_waiting || job_ready(g);
}

/* When it has its next turn, if nothing happens before. */
static uint64_t next_of(const struct guest *g)
{
	uint64_t at = g->to_look ? 0 : g->look_at;

	if (has_requests(g))
		at = earlier(at, g->ask_at);
	if (g->to_tend)
		at = earlier(at, g->tend_at);
	if (may_list(g))
		at = earlier(at, g->list_at);
	if (g->sweep_at)
		at = earlier(at, g->sweep_at);
	return at;
}

/* A line of a message, or a message more. Returns when to go on. */
static uint64_t serve(struct daemon *d, struct guest *g)
{
	uint64_t now = uv_now(&d->loop), wait;
	struct job *j = job_ready(g);

	if (j)
		return job_step(d, j);
	wait = bucket_wait(&g->requests, now);
	if (wait)
		return now + wait;
	wait = take_message(d, g);
	return wait ? now + wait : 0;
}

static void work(struct daemon *d, struct guest *g)
{
	uint64_t now = uv_now(&d->loop);

	if (has_requests(g) && g->ask_at <= now)
		g->ask_at = serve(d, g);
	else if (g->to_tend && g->tend_at <= now)
		tend(d, g);
	else if (may_list(g) && g->list_at <= now)
		list(d, g);
	else if (g->sweep_at && g->sweep_at <= now)
		sweep(d, g);
}

static bool is_due(const struct guest *g, uint64_t now, bool is_asking)
{
	return g->wake <= now &&
	       (!is_asking || (has_requests(g) && g->ask_at <= now));
}

/* Whose turn is it, of all or of those who ask? */
static struct guest *find_next(struct daemon *d, uint64_t now, bool is_asking)
{
	for (size_t i = 0; i < d->n_guests; i++) {
		size_t at = (d->next + i) % d->n_guests;

		if (!is_due(d->guests[at], now, is_asking))
			continue;
		d->next = at + 1;
		return d->guests[at];
	}
	return NULL;
}

/* One guest's turn; somebody who waits for an answer goes first. False: nobody
 * has work now. */
static bool give_turn(struct daemon *d)
{
	struct guest *g;
	uint64_t now;

	uv_update_time(&d->loop);
	now = uv_now(&d->loop);
	g = find_next(d, now, true);
	if (!g)
		g = find_next(d, now, false);
	if (!g)
		return false;
	if (!g->to_look && g->look_at > now)
		work(d, g);
	else if (!keeper_look(d, d->next - 1))
		return true;
	g->wake = next_of(g);
	return true;
}

static void on_busy(uv_idle_t *busy);

static void on_pause(uv_timer_t *pause)
{
	struct daemon *d = pause->data;

	uv_idle_start(&d->busy, on_busy);
}

static void on_busy(uv_idle_t *busy)
{
	struct daemon *d = busy->data;
	uint64_t next = NEVER, now;

	if (give_turn(d))
		return;
	uv_idle_stop(busy);
	for (size_t i = 0; i < d->n_guests; i++)
		next = earlier(next, d->guests[i]->wake);
	now = uv_now(&d->loop);
	if (next != NEVER)
		uv_timer_start(&d->pause, on_pause, next > now ? next - now : 0,
		               0);
}

void turn_begin(struct daemon *d)
{
	uv_idle_init(&d->loop, &d->busy);
	uv_timer_init(&d->loop, &d->pause);
	d->busy.data = d->pause.data = d;
}

void turn_wake(struct daemon *d, struct guest *g)
{
	g->wake = 0;
	if (!uv_is_active((const uv_handle_t *)&d->busy))
		uv_idle_start(&d->busy, on_busy);
}

void turn_tend_all(struct daemon *d)
{
	for (size_t i = 0; i < d->n_guests; i++) {
		d->guests[i]->to_tend = true;
		turn_wake(d, d->guests[i]);
	}
}

void turn_tend_soon(struct daemon *d, struct guest *g)
{
	g->to_tend = true;
	g->tend_at = g->tended_at + TEND_EVERY;
	turn_wake(d, g);
}
