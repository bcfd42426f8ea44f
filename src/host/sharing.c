/* SPDX-License-Identifier: MIT */

#include "host/sharing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "casting/casting.h"
#include "casting/hanging.h"
#include "casting/holders.h"
#include "casting/store.h"
#include "casting/syscmd.h"
#include "host/init.h"
#include "host/life.h"
#include "host/phases.h"
#include "host/survey.h"
#include "model/declaration.h"
#include "sub/sub.h"

#define LOOK_MS 50 /* nothing tells that a file was closed */

static bool has_ledger(const struct life *l)
{
	char path[NAME_BYTES + 16];

	snprintf(path, sizeof(path), PLACES_CASTS "/%s", l->sub->name);
	return !faccessat(l->sub->run_fd, path, F_OK, 0);
}

/* Did an earlier stop give up waiting for who held something? */
static bool has_held(const struct life *l)
{
	char path[NAME_BYTES + 24];

	snprintf(path, sizeof(path), PLACES_CASTS "/.%s.held", l->sub->name);
	return !faccessat(l->sub->run_fd, path, F_OK, 0);
}

/* Is there nothing that could concern it? Then nothing is read or locked. */
static bool is_left_alone(const struct life *l)
{
	return !has_ledger(l) && !syscmd_is_installed(l->sub->places) &&
	       !store_mentions(l->sub->places, l->sub->name);
}

int sharing_begin(struct life *l, struct err *err)
{
	AUTO(casting) struct casting c = CASTING_NONE;
	const struct sub *s = l->sub;
	int r = 0;

	/* Whoever changes casts.ini from now on finds it up: only then look at
	 * what that says. Without the file there is nobody who could. */
	l->survey->record.shares = 1;
	l->survey->record.capabilities = init_capabilities(l);
	if (store_exists(s->places) || has_ledger(l) ||
	    syscmd_is_installed(s->places))
		r = phases_remember(l, err);
	if (r < 0 || is_left_alone(l))
		return r;
	r = casting_begin(&c, s->places, CASTING_SECONDS, err);
	return r ? r
	         : casting_join(&c, s->name, l->user_fd, l->wish->notes, err);
}

int sharing_clear(struct life *l, struct err *err)
{
	AUTO(casting) struct casting c = CASTING_NONE;
	const struct words *paths = &l->wish->declaration->tmpfs;
	int r;

	if (!l->is_waking || !paths->n || !has_ledger(l))
		return 0;
	r = casting_begin(&c, l->sub->places, CASTING_SECONDS, err);
	return r ? r : casting_clear(&c, l->sub->name, paths, err);
}

int sharing_settle(struct life *l, struct err *err)
{
	AUTO(casting) struct casting c = CASTING_NONE;
	int r;

	if (!l->is_kept || !has_ledger(l))
		return 0;
	r = casting_begin(&c, l->sub->places, CASTING_SECONDS, err);
	return r ? r : casting_tend(&c, l->sub->name, err);
}

static int say_held(const struct life *l, const struct holders *h,
                    struct err *err)
{
	AUTO(buf) struct buf who = {0};

	holders_print(h, &who);
	err_say(err, -EBUSY, "what it shared is still held: %.1000s", who.data);
	return err_hint(err, "subhost stop --force %s ends them", l->sub->name);
}

static int await(const struct life *l, struct holders *h, struct err *err)
{
	int left =
		1000 * (l->seconds >= 0 ? l->seconds
	                                : (int)l->survey->record.stop_timeout);
	int r;

	for (;;) {
		r = holders_find(h, l->sub->places, NULL);
		if (r < 0)
			return err_set(err, r,
			               "cannot look for who holds what it "
			               "shared");
		if (!h->n)
			return 0;
		if (l->force)
			return holders_kill(h, err);
		if (left <= 0)
			return say_held(l, h, err);
		poll(NULL, 0, LOOK_MS);
		left -= LOOK_MS;
	}
}

/* What an earlier stop gave up waiting for counts, too. */
static int drain(struct life *l, struct casting *c, struct holders *h,
                 struct err *err)
{
	AUTO(fd) int folder_fd = dup(c->lock_fd);
	const char *name = l->sub->name;
	int r = casting_leave(c, name, h, err);

	if (r < 0)
		return r;
	holders_load(h, folder_fd, name);
	casting_let_go(c);
	r = await(l, h, err);
	if (!r)
		h->n_mounts = 0;
	holders_save(h, folder_fd, name);
	return r;
}

int sharing_end(struct life *l, struct err *err)
{
	AUTO(casting) struct casting c = CASTING_NONE;
	AUTO(holders) struct holders holders = {0};
	struct record *record = &l->survey->record;
	int r = 0;

	if (record->shares && l->survey->facts.has_record) {
		record->shares = 0;
		r = phases_remember(l, err);
	}
	if (r < 0 || (!has_ledger(l) && !has_held(l)))
		return r;
	r = casting_begin(&c, l->sub->places, CASTING_SECONDS, err);
	return r < 0 ? r : drain(l, &c, &holders, err);
}

void sharing_forget(const struct life *l)
{
	AUTO(fd)
	int fd = openat(l->sub->run_fd, PLACES_CASTS,
	                O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0)
		hanging_forget(fd, l->sub->name);
}
