/* SPDX-License-Identifier: MIT */

#include "casting/casting.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"
#include "cast/page.h"
#include "cast/path.h"
#include "casting/round.h"
#include "casting/store.h"
#include "casting/syscmd.h"
#include "casting/tend.h"
#include "sub/place.h"

void casting_let_go(struct casting *c)
{
	fd_auto(&c->lock_fd);
	c->lock_fd = -1;
}

void casting_done(struct casting *c)
{
	casting_let_go(c);
	casts_done(&c->casts);
	free(c->text);
	free(c->fault);
	*c = (struct casting)CASTING_NONE;
}

/* Somebody was killed at it. */
static void mend(struct casting *c)
{
	bool makes_targets = c->makes_targets;
	struct err ignored;

	c->makes_targets = false;
	casting_tend(c, NULL, &ignored);
	c->makes_targets = makes_targets;
	store_abandon(c);
}

int casting_begin(struct casting *c, const struct places *places,
                  unsigned seconds, struct err *err)
{
	int r;

	c->places = places;
	r = store_lock(c, seconds, err);
	if (!r)
		r = store_read(c, err);
	if (r < 0)
		casting_let_go(c);
	else if (store_was_begun(c))
		mend(c);
	return r;
}

int casting_look(struct casting *c, const struct places *places,
                 struct err *err)
{
	AUTO(buf) struct buf path = {0};

	c->places = places;
	c->is_looking = true;
	buf_printf(&path, "%s/" PLACES_CASTS, places->run);
	c->lock_fd = open(path.data,
	                  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (c->lock_fd < 0 && errno != ENOENT)
		return err_set(err, -errno, "cannot open %s", path.data);
	return store_read(c, err);
}

int casting_page(struct casting *c, const char *name, struct page *page,
                 struct err *err)
{
	AUTO(round) struct round round = {.c = c};
	const struct ledger none = {0};
	struct member *m;
	int r = round_get(&round, name, &m, err);

	if (r < 0)
		return r;
	page_collect(page, &c->casts,
	             m->peer.is_up ? &m->hanging.ledger : &none, name);
	return 0;
}

/* Of each its own part as receiver: together they are all casts there are. */
static int tend_all(struct round *r, struct err *err)
{
	AUTO(words) struct words names = {0};
	struct err ignored;
	int first = round_list_names(r, &names, err);

	for (size_t i = 0; i < names.n; i++) {
		int e = tend_received(r, names.v[i], first ? &ignored : err);
		struct member *m;

		if (!e && !round_get(r, names.v[i], &m, &ignored))
			m->is_concerned = true;
		if (e < 0 && !first)
			first = e;
	}
	return first;
}

int casting_tend(struct casting *c, const char *name, struct err *err)
{
	AUTO(round) struct round round = {.c = c};
	int r = name ? tend_name(&round, name, err) : tend_all(&round, err);

	round_post_pages(&round);
	return r;
}

/* What it has to wait for, and why. */
static void note_waiting(const struct member *m, struct buf *notes)
{
	const struct ledger *l = &m->hanging.ledger;

	for (size_t i = 0; i < l->n; i++) {
		const struct held *h = &l->v[i];

		if (h->kind == HELD_CAST)
			continue;
		buf_escape(notes, h->target);
		buf_puts(notes, " waits for ");
		buf_escape(notes, h->path);
		buf_printf(notes, " of %s: ", h->giver);
		buf_escape(notes, h->reason);
		buf_putc(notes, '\n');
	}
}

int casting_join(struct casting *c, const char *name, int userns_fd,
                 struct buf *notes, struct err *err)
{
	AUTO(round) struct round round = {.c = c};
	struct member *m;
	int r = round_get(&round, name, &m, err);

	if (!r && !m->peer.is_up)
		r = err_say(err, -ESTALE, "its live is not where it was put");
	if (!r)
		r = syscmd_mount(&m->hanging, userns_fd, notes, err);
	if (!r)
		r = tend_name(&round, name, err);
	if (r < 0)
		return r;
	note_waiting(m, notes);
	hanging_tidy(&m->hanging);
	m->is_concerned = true;
	round_post_pages(&round);
	return 0;
}

static bool is_below_any(const struct words *paths, const char *place)
{
	for (size_t i = 0; i < paths->n; i++)
		if (path_covers(paths->v[i], place))
			return true;
	return false;
}

int casting_clear(struct casting *c, const char *name,
                  const struct words *paths, struct err *err)
{
	AUTO(round) struct round round = {.c = c};
	struct member *m;
	int r = round_get(&round, name, &m, err);

	if (r < 0 || !m->peer.is_up)
		return r;
	for (size_t i = m->hanging.ledger.n; !r && i-- > 0;) {
		const struct held *held = &m->hanging.ledger.v[i];

		if (held->id && is_below_any(paths, held->place))
			r = hanging_take_off(&m->hanging, held, err);
	}
	return r;
}

int casting_leave(struct casting *c, const char *name, struct holders *holders,
                  struct err *err)
{
	AUTO(round) struct round round = {.c = c, .holders = holders};
	int r = tend_given(&round, name, err);

	round_post_pages(&round);
	return r;
}

void casting_forget(struct casting *c, const char *name)
{
	hanging_forget(c->lock_fd, name);
}
