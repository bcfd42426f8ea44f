/* SPDX-License-Identifier: MIT */
/*
 * A watch can be a guest's own, too (its root's): then it is that guest's to
 * forget. A giver that makes very many files where a source lies loses the
 * watch, and it comes back with the next look.
 */
#include "daemon/awaited.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/mem.h"
#include "casting/peer.h"
#include "daemon/daemon.h"
#include "daemon/ear.h"
#include "daemon/guest.h"
#include "daemon/keeper.h"
#include "daemon/turn.h"
#include "sys/beneath.h"

#define EVENTS    (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)
#define NAMES_MAX 256 /* for one receiver */

static bool is_used(const struct daemon *d, int watch)
{
	for (size_t i = 0; i < d->n_awaited; i++)
		if (d->awaited[i].watch == watch)
			return true;
	return keeper_has_watch(d, watch);
}

/* Its order means nothing: the last one takes its place. */
static int drop(struct daemon *d, size_t at)
{
	int watch = d->awaited[at].watch;

	free(d->awaited[at].name);
	d->awaited[at] = d->awaited[--d->n_awaited];
	return watch;
}

static void add(struct daemon *d, int dir_fd, const char *name,
                struct guest *receiver, struct guest *in)
{
	int watch = ear_watch(d->ear_fd, dir_fd, EVENTS);

	if (watch < 0)
		return; /* it is looked at when mounts change */
	d->awaited =
		mem_resize(d->awaited, d->n_awaited + 1, sizeof(*d->awaited));
	d->awaited[d->n_awaited++] = (struct awaited){
		.watch = watch,
		.name = mem_copy(name),
		.receiver = receiver,
		.in = in,
	};
}

/* Watch the nearest directory above path that is there, for the next name. */
static void await_path(struct daemon *d, const struct peer *p, const char *path,
                       struct guest *receiver)
{
	AUTO(mem) char *above = mem_copy(path);
	struct guest *in = p->is_host ? NULL : keeper_find(d, p->sub.name);
	char *name;

	while ((name = strrchr(above, '/'))) {
		AUTO(fd) int fd = -1;

		*name++ = '\0';
		fd = beneath_open_flags(p->root_fd, *above ? above : "/", true,
		                        O_PATH | O_DIRECTORY);
		if (fd < 0)
			continue;
		name[strcspn(name, "/")] = '\0';
		add(d, fd, name, receiver, in);
		return;
	}
}

static bool is_there(const struct peer *p, const char *path)
{
	AUTO(fd) int fd = beneath_open(p->root_fd, path, true);

	return fd >= 0;
}

static void await_both(struct daemon *d, const struct acceptance *a,
                       struct guest *receiver)
{
	AUTO(peer) struct peer giver = PEER_NONE;
	AUTO(peer) struct peer to = PEER_NONE;
	struct err ignored;

	/* When one of them comes, its start sees to it. */
	if (peer_open(&giver, &d->places, a->giver, &ignored) < 0 ||
	    !giver.is_up ||
	    peer_open(&to, &d->places, receiver->name, &ignored) < 0 ||
	    !to.is_up)
		return;
	await_path(d, &giver, a->path, receiver);
	if (!is_there(&to, a->target))
		await_path(d, &to, a->target, receiver);
}

/* Those of before, which are the first n; the rest are new. */
static void drop_old(struct daemon *d, const struct guest *receiver, size_t n)
{
	while (n--) {
		int watch;

		if (d->awaited[n].receiver != receiver)
			continue;
		watch = drop(d, n);
		if (!is_used(d, watch))
			ear_forget(d->ear_fd, watch);
	}
}

void awaited_look(struct daemon *d, struct guest *receiver)
{
	const struct casts *c = &d->casting.casts;
	size_t before = d->n_awaited;

	for (size_t i = 0; i < c->n_acceptances; i++) {
		const struct acceptance *a = &c->acceptances[i];

		if (!strcmp(a->receiver, receiver->name) &&
		    d->n_awaited - before < NAMES_MAX)
			await_both(d, a, receiver);
	}
	drop_old(d, receiver, before);
}

void awaited_forget(struct daemon *d, const struct guest *g)
{
	for (size_t i = d->n_awaited; i--;)
		if (d->awaited[i].in == g)
			d->awaited[i].in = NULL;
	drop_old(d, g, d->n_awaited);
}

void awaited_hear(struct daemon *d, const struct inotify_event *event,
                  const char *name)
{
	for (size_t i = d->n_awaited; i--;) {
		struct awaited *a = &d->awaited[i];

		if (a->watch != event->wd)
			continue;
		if (event->mask & IN_IGNORED) {
			turn_tend_soon(d, a->receiver);
			drop(d, i);
		} else if (a->in &&
		           !bucket_take(&a->in->events, uv_now(&d->loop))) {
			ear_forget(d->ear_fd, event->wd);
			return; /* and it is told that it is ignored */
		} else if (!strcmp(a->name, name)) {
			turn_tend_soon(d, a->receiver);
		}
	}
}
