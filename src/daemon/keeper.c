/* SPDX-License-Identifier: MIT */

#include "daemon/keeper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/mem.h"
#include "cast/message.h"
#include "casting/peer.h"
#include "daemon/awaited.h"
#include "daemon/broker.h"
#include "daemon/daemon.h"
#include "daemon/ear.h"
#include "daemon/guest.h"
#include "daemon/inbox.h"
#include "daemon/log.h"
#include "daemon/turn.h"

#define LOOK_EVERY 60000 /* whatever the kernel does not tell of */
#define TELL_EVERY 60000 /* that one is crowded */

#define ON_RUN  (IN_MOVED_TO | IN_DELETE | IN_CREATE | IN_CLOSE_WRITE)
#define ON_ROOT (IN_CREATE | IN_MOVED_TO)
#define ON_FOLDER                                                              \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVE_SELF | IN_DELETE_SELF |        \
	 IN_EXCL_UNLINK)

struct guest *keeper_find(const struct daemon *d, const char *name)
{
	for (size_t i = 0; i < d->n_guests; i++)
		if (!strcmp(d->guests[i]->name, name))
			return d->guests[i];
	return NULL;
}

static struct guest *find_watch(const struct daemon *d, int watch)
{
	for (size_t i = 0; i < d->n_guests; i++)
		if (d->guests[i]->watch == watch)
			return d->guests[i];
	return NULL;
}

bool keeper_has_watch(const struct daemon *d, int watch)
{
	return find_watch(d, watch);
}

/* Somebody's record has changed, or may have. */
static void notice(struct daemon *d, const char *name)
{
	struct guest *g = name_is_valid(name) ? keeper_find(d, name) : NULL;

	if (!g && !name_is_valid(name))
		return;
	if (!g) {
		g = guest_new(name);
		guest_limit(g, d->conf.rate, d->conf.burst, uv_now(&d->loop));
		d->guests = mem_resize(d->guests, d->n_guests + 1,
		                       sizeof(*d->guests));
		d->guests[d->n_guests++] = g;
	}
	g->to_look = true;
	turn_wake(d, g);
}

static int scan(struct daemon *d)
{
	DIR *dir = opendir(d->places.run);
	struct dirent *e;

	if (!dir)
		return -errno;
	while ((e = readdir(dir)))
		notice(d, e->d_name);
	closedir(dir);
	return 0;
}

int keeper_begin(struct daemon *d)
{
	AUTO(fd) int fd = open(d->places.run, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	d->run_watch = ear_watch(d->ear_fd, fd, ON_RUN);
	if (d->run_watch < 0)
		return d->run_watch;
	r = scan(d);
	for (size_t i = 0; i < d->n_guests;)
		i += keeper_look(d, i);
	return r;
}

void keeper_end(struct daemon *d)
{
	for (size_t i = 0; i < d->n_guests; i++)
		awaited_forget(d, d->guests[i]);
	for (size_t i = 0; i < d->n_guests; i++)
		guest_free(d->guests[i]);
	free(d->awaited);
	free(d->guests);
	d->awaited = NULL;
	d->guests = NULL;
	d->n_guests = 0;
}

void keeper_look_at_all(struct daemon *d)
{
	scan(d);
	for (size_t i = 0; i < d->n_guests; i++) {
		d->guests[i]->to_look = d->guests[i]->to_list = true;
		turn_wake(d, d->guests[i]);
	}
}

static void stop_listening(struct daemon *d, struct guest *g)
{
	if (g->watch >= 0)
		ear_forget(d->ear_fd, g->watch);
	g->watch = -1;
}

void keeper_crowd(struct daemon *d, struct guest *g, const char *why)
{
	uint64_t now = uv_now(&d->loop);

	stop_listening(d, g);
	g->is_crowded = true;
	g->crowded_at = now;
	g->to_list = true;
	g->list_at = now;
	if (!g->told_at || now - g->told_at > TELL_EVERY) {
		log_line(LEVEL_INFO,
		         "subhost=%s is listened to once a second: %s", g->name,
		         why);
		g->told_at = now;
	}
}

/* Who asks is whose directory it is: one that two have is nobody's. */
static bool is_anothers(const struct daemon *d, const struct guest *g,
                        int watch)
{
	const struct guest *other = find_watch(d, watch);

	return other && other != g;
}

static int watch_as(struct daemon *d, struct guest *g, int dir_fd,
                    bool is_folder)
{
	int watch =
		ear_watch(d->ear_fd, dir_fd, is_folder ? ON_FOLDER : ON_ROOT);

	if (watch < 0)
		return watch;
	if (is_anothers(d, g, watch)) {
		log_line(LEVEL_ERROR,
		         "subhost=%s is not listened to: its root is another's",
		         g->name);
		stop_listening(d, g);
		return 0;
	}
	if (watch == g->watch)
		return 0;
	stop_listening(d, g);
	g->watch = watch;
	g->is_folder = is_folder;
	g->to_list = is_folder;
	return 0;
}

static int listen_to(struct daemon *d, struct guest *g, int root_fd)
{
	AUTO(fd) int fd = inbox_open(root_fd);
	int r = 0;

	if (fd < 0) {
		r = watch_as(d, g, root_fd, false);
		fd = inbox_open(root_fd); /* made meanwhile? */
	}
	return r < 0 || fd < 0 ? r : watch_as(d, g, fd, true);
}

static void drop(struct daemon *d, size_t at)
{
	struct guest *g = d->guests[at];

	log_line(LEVEL_DEBUG, "subhost=%s is not listened to", g->name);
	awaited_forget(d, g);
	stop_listening(d, g);
	guest_free(g);
	d->n_guests--;
	memmove(d->guests + at, d->guests + at + 1,
	        (d->n_guests - at) * sizeof(*d->guests));
}

bool keeper_look(struct daemon *d, size_t at)
{
	AUTO(peer) struct peer p = PEER_NONE;
	struct guest *g = d->guests[at];
	struct err err = {0};
	int r = peer_open(&p, &d->places, g->name, &err);

	g->to_look = false;
	g->look_at = uv_now(&d->loop) + LOOK_EVERY;
	if (r < 0 || !p.is_up) {
		drop(d, at);
		return false;
	}
	if (g->is_crowded)
		return true;
	r = listen_to(d, g, p.root_fd);
	if (r < 0)
		keeper_crowd(d, g, strerror(-r));
	return true;
}

static void hear_file(struct daemon *d, struct guest *g, const char *name)
{
	char verb[MESSAGE_NAME_MAX], tag[MESSAGE_NAME_MAX];

	if (message_name(name, verb, tag) < 0 || !broker_knows(d, verb))
		return;
	if (guest_add_waiting(g, name, false))
		turn_wake(d, g);
	else
		keeper_crowd(d, g, "too many messages wait");
}

static void hear_guest(struct daemon *d, struct guest *g,
                       const struct inotify_event *event, const char *name)
{
	if (event->mask & IN_IGNORED) {
		g->watch = -1;
		g->to_look = true;
	} else if (event->mask & (IN_MOVE_SELF | IN_DELETE_SELF)) {
		stop_listening(d, g);
		g->to_look = true;
	} else if (!bucket_take(&g->events, uv_now(&d->loop))) {
		keeper_crowd(d, g, "it makes too many files");
	} else if (g->is_folder) {
		hear_file(d, g, name);
		return;
	} else if (strcmp(name, INBOX_FOLDER) != 0) {
		return;
	} else {
		g->to_look = true;
	}
	turn_wake(d, g);
}

void keeper_hear(struct daemon *d, const struct inotify_event *event,
                 const char *name)
{
	struct guest *g;

	if (event->wd == d->run_watch) {
		notice(d, name);
		return;
	}
	g = find_watch(d, event->wd);
	if (g)
		hear_guest(d, g, event, name);
	awaited_hear(d, event, name);
}
