/* SPDX-License-Identifier: MIT */
/* subhost startall: those with AUTOSTART=yes, in the order of AFTER. subhost
 * stopall: all that are up, the other way round, and who receives casts before
 * who gives them. For boot scripts. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "cast/policy.h"
#include "casting/casting.h"
#include "casting/peer.h"
#include "cli/context.h"
#include "cli/fleet.h"
#include "cli/verb.h"
#include "host/survey.h"
#include "sub/declare.h"
#include "sub/sub.h"
#include "sys/beneath.h"

#define CAST_WAIT 30000 /* ms that a cast's source may take to appear */

/* One sub host that there is. */
struct ship {
	char *name;
	struct declared declared;
	enum state state;
	bool is_read; /* its config can be */
};

struct harbour {
	struct ship *v;
	size_t n;
	int faults; /* that were told */
};

static void harbour_auto(struct harbour *h)
{
	for (size_t i = 0; i < h->n; i++) {
		free(h->v[i].name);
		declared_done(&h->v[i].declared);
	}
	free(h->v);
}

static int look_at(const struct context *c, struct ship *ship, struct err *err)
{
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(sub) struct sub s = SUB_NONE;
	AUTO(buf) struct buf warnings = {0}, why = {0};
	int r = sub_open(&s, &c->places, ship->name, err);

	if (!r)
		r = survey_take(&v, &s, err);
	if (r < 0)
		return r;
	ship->state = state_of(&v.facts, &why);
	r = declare(&ship->declared, &s, &warnings, err);
	ship->is_read = !r;
	return r;
}

static int is_sub(const struct dirent *e)
{
	return name_is_valid(e->d_name) &&
	       (e->d_type == DT_DIR || e->d_type == DT_UNKNOWN);
}

static bool has_config(const struct context *c, const char *name)
{
	AUTO(buf) struct buf path = {0};

	buf_printf(&path, "%s/%s/config", c->places.subhost, name);
	return !access(path.data, F_OK);
}

/* Each is looked at; one whose config cannot be read is told, and is none to be
 * started. */
static int fill(struct harbour *h, const struct context *c, struct err *err)
{
	struct dirent **found;
	int n = scandir(c->places.subhost, &found, is_sub, alphasort);

	if (n < 0)
		return err_set(err, -errno,
		               "cannot open %s, where sub hosts live",
		               c->places.subhost);
	h->v = mem_new0(((size_t)n + 1) * sizeof(*h->v));
	for (int i = 0; i < n; i++) {
		struct ship *ship = &h->v[h->n];
		struct err fault = {0};

		if (has_config(c, found[i]->d_name)) {
			ship->name = mem_copy(found[i]->d_name);
			h->n++;
			if (look_at(c, ship, &fault) < 0) {
				context_fail(c, &fault);
				h->faults++;
			}
		}
		free(found[i]);
	}
	free(found);
	return 0;
}

static struct ship *find(const struct harbour *h, const char *name)
{
	for (size_t i = 0; i < h->n; i++)
		if (!strcmp(h->v[i].name, name))
			return &h->v[i];
	return NULL;
}

/* The peer of a word of AFTER: a name, or cast:PEER:/path, whose path is told
 * then. The caller's. */
static char *peer_of(const char *word, const char **ret_path)
{
	char *peer;

	*ret_path = NULL;
	if (strncmp(word, "cast:", 5) != 0)
		return mem_copy(word);
	peer = mem_copy(word + 5);
	*ret_path = strchr(word + 5, ':') + 1;
	*strchr(peer, ':') = '\0';
	return peer;
}

/* Wait for something to happen where path would be: deepest first. */
static void await_change(int root_fd, const char *path, int ms)
{
	AUTO(fd) int watch_fd = inotify_init1(IN_CLOEXEC);
	AUTO(mem) char *above = mem_copy(path);
	AUTO(fd) int fd = -1;
	struct pollfd p = {watch_fd, POLLIN, 0};
	char link[40];

	do {
		char *slash = strrchr(above, '/');

		fd_auto(&fd);
		*slash = '\0';
		fd = beneath_open(root_fd, *above ? above : "/", true);
	} while (fd < 0 && *above);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	inotify_add_watch(watch_fd, link,
	                  IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF |
	                          IN_MOVE_SELF);
	fd_auto(&fd);
	fd = beneath_open(root_fd, path, true); /* it came just now */
	if (fd < 0)
		poll(&p, 1, ms < 1000 ? ms : 1000);
}

/* Is there by now what is cast, at its source? */
static int await_source(const struct context *c, const char *peer,
                        const char *path, const char *name)
{
	int left = CAST_WAIT;

	for (; left > 0; left -= 1000) {
		AUTO(peer) struct peer p = PEER_NONE;
		AUTO(fd) int fd = -1;
		struct err err = {0};

		if (peer_open(&p, &c->places, peer, &err) < 0) {
			context_fail(c, &err);
			return -1;
		}
		if (!p.is_up)
			break;
		fd = beneath_open(p.root_fd, path, true);
		if (fd >= 0)
			return 0;
		await_change(p.root_fd, path, left);
	}
	fprintf(stderr, "%s: %s is not started: there is no %s in %s\n",
	        c->program, name, path, peer);
	return -1;
}

static int await_casts(const struct fleet *f, const char *name)
{
	const struct ship *ship = find(f->arg, name);
	const struct words *after = &ship->declared.declaration.after;
	int r = 0;

	for (size_t i = 0; !r && i < after->n; i++) {
		const char *path;
		AUTO(mem) char *peer = peer_of(after->v[i], &path);

		if (path)
			r = await_source(f->context, peer, path, name);
	}
	return r;
}

/* Whom it is after: of those that are started, too. */
static void put_after(const struct context *c, struct order *o,
                      const struct harbour *h, const struct ship *ship)
{
	const struct words *after = &ship->declared.declaration.after;
	size_t at = order_find(o, ship->name);

	for (size_t i = 0; i < after->n; i++) {
		const char *path;
		AUTO(mem) char *peer = peer_of(after->v[i], &path);
		size_t other = order_find(o, peer);

		if (other < o->n)
			order_put_after(o, at, other);
		else if (!find(h, peer) && strcmp(peer, PEER_HOST) != 0)
			fprintf(stderr,
			        "%s: %s is after %s, and there is no such sub "
			        "host\n",
			        c->program, ship->name, peer);
	}
}

static bool is_to_start(const struct ship *s)
{
	return s->is_read && s->declared.declaration.autostart &&
	       s->state != STATE_RUNNING;
}

int verb_startall(struct context *c, int argc, char **argv)
{
	__attribute__((cleanup(harbour_auto))) struct harbour h = {0};
	struct fleet f = {
		.context = c,
		.verb = "start",
		.option = "-d",
		.prepare = await_casts,
		.arg = &h,
	};
	struct err err = {0};
	int status = EXIT_FAILED;

	(void)argv;
	if (argc)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	if (fill(&h, c, &err) < 0) {
		context_fail(c, &err);
		return EXIT_FAILED;
	}
	for (size_t i = 0; i < h.n; i++)
		if (is_to_start(&h.v[i]))
			order_add(&f.order, h.v[i].name);
	for (size_t i = 0; i < h.n; i++)
		if (is_to_start(&h.v[i]))
			put_after(c, &f.order, &h, &h.v[i]);
	if (order_check(&f.order, &err) < 0)
		context_fail(c, &err);
	else
		status = fleet_run(&f, true);
	order_done(&f.order);
	return status == EXIT_DONE && h.faults ? EXIT_FAILED : status;
}

/* One stops before the other, unless that makes a circle: two may well give to
 * each other. */
static void put_before(struct order *o, const char *one, const char *other)
{
	size_t a = order_find(o, one), b = order_find(o, other);
	struct err ignored;
	size_t n;

	if (a == o->n || b == o->n || a == b)
		return;
	n = o->v[b].n_after;
	order_put_after(o, b, a);
	if (order_check(o, &ignored) < 0)
		o->v[b].n_after = n;
}

static void put_receivers_first(const struct context *c, struct order *o)
{
	AUTO(casting) struct casting casting = CASTING_NONE;
	struct err ignored;

	if (casting_look(&casting, &c->places, &ignored) < 0)
		return;
	for (size_t i = 0; i < casting.casts.n_acceptances; i++) {
		const struct acceptance *a = &casting.casts.acceptances[i];

		put_before(o, a->receiver, a->giver);
	}
}

int verb_stopall(struct context *c, int argc, char **argv)
{
	__attribute__((cleanup(harbour_auto))) struct harbour h = {0};
	struct fleet f = {.context = c, .verb = "stop", .again = "--force"};
	struct err err = {0};
	int status;

	(void)argv;
	if (argc)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	if (fill(&h, c, &err) < 0) {
		context_fail(c, &err);
		return EXIT_FAILED;
	}
	for (size_t i = 0; i < h.n; i++)
		if (h.v[i].state != STATE_STOPPED)
			order_add(&f.order, h.v[i].name);
	for (size_t i = 0; i < h.n; i++) {
		const struct words *after = &h.v[i].declared.declaration.after;

		for (size_t k = 0; k < after->n; k++) {
			const char *path;
			AUTO(mem) char *peer = peer_of(after->v[k], &path);

			put_before(&f.order, h.v[i].name, peer);
		}
	}
	put_receivers_first(c, &f.order);
	status = fleet_run(&f, false);
	order_done(&f.order);
	return status;
}
