/* SPDX-License-Identifier: MIT */
/*
 * cast-storm WAY TIMES RECEIVER TARGET GIVER PATH VICTIM: cast and take off,
 * over and over, what casts.ini has as accepted on TARGET, while guests swap
 * what lies on its way or PATH's. VICTIM is the directory of the host's that
 * they would have us use: "treasure" lies in it. WAY is "real", or a naive one:
 *   path      mount(2) below the receiver's live by path
 *   checked   the same after realpath(3) and a look at its beginning
 *   source    open_tree(2) below the giver's live by path
 *   detach    "real", but taken off by path
 * Prints how many tries, how many casts came to be, how often one hung on the
 * host (or the host's own mount there was gone), how often one showed the
 * treasure, and how many mounts more there are at the end than at the
 * beginning.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "casting/casting.h"
#include "casting/round.h"
#include "casting/tend.h"
#include "sub/place.h"
#include "sys/kernel.h"
#include "sys/mount.h"
#include "sys/mounts.h"

#define NAMED 5 /* failures that are told */

struct storm {
	struct places places;
	struct casting casting;
	struct casts accepted;
	const char *receiver, *target, *giver, *path, *victim;
	int victim_fd; /* before anything hangs there */
	bool by_path;  /* is taken off so */
	long tries, casts, escapes, treasures, failures;
};

/* The caller's. */
static char *below_live(const struct storm *s, const char *name,
                        const char *path)
{
	struct buf at = {0};

	buf_printf(&at, "%s/%s/live%s", s->places.subhost, name, path);
	return buf_take(&at);
}

static void fail(struct storm *s, const char *why)
{
	if (s->failures++ < NAMED)
		fprintf(stderr, "cast-storm: %s\n", why);
}

static bool has_treasure(int fd)
{
	return fd >= 0 && !faccessat(fd, "treasure", F_OK, 0);
}

/* What the host has there by its own path: is a cast on it? */
static bool is_hit(const struct storm *s)
{
	struct mount_identity was, is;
	AUTO(fd)
	int fd = open(s->victim, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || mount_identify(fd, &is) < 0 ||
	       mount_identify(s->victim_fd, &was) < 0 || is.id != was.id;
}

static void count_line(void *arg, const struct mount_line *line)
{
	(void)line;
	++*(long *)arg;
}

static long count_mounts(void)
{
	long n = 0;

	mounts_each(getpid(), count_line, &n);
	return n;
}

/* --- the real way --- */

static void look_at(struct storm *s, struct member *m)
{
	const struct held *held = ledger_on(&m->hanging.ledger, s->target);
	AUTO(fd) int fd = held ? hanging_open(&m->hanging, held) : -1;

	s->casts++;
	if (has_treasure(fd))
		s->treasures++;
}

static void tend(struct storm *s, bool accepted)
{
	AUTO(round) struct round round = {.c = &s->casting};
	AUTO(outcome) struct outcome outcome = {0};
	struct err err = {0};
	struct member *m;
	int r;

	s->casting.casts = accepted ? s->accepted : (struct casts){0};
	r = round_get(&round, s->receiver, &m, &err);
	if (!r)
		r = tend_target(&round, m, s->target, &outcome, &err);
	if (r < 0)
		fail(s, err.text);
	else if (accepted && outcome.is_active)
		look_at(s, m);
	if (!r)
		hanging_tidy(&m->hanging);
}

/* Its own mount, that a naive way has taken off, is there again. */
static void mount_victim(struct storm *s)
{
	mount("victim", s->victim, "tmpfs", 0, "size=4k");
	close(s->victim_fd);
	s->victim_fd = open(s->victim, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Twice: the guest swaps the two. */
static void detach_by_path(struct storm *s)
{
	AUTO(mem) char *at = below_live(s, s->receiver, s->target);

	for (int i = 0; i < 2; i++)
		umount2(at, MNT_DETACH | UMOUNT_NOFOLLOW);
	if (is_hit(s)) {
		s->escapes++;
		mount_victim(s);
	}
}

static void try_real(struct storm *s)
{
	tend(s, true);
	if (s->by_path)
		detach_by_path(s);
	else if (is_hit(s))
		s->escapes++;
	tend(s, false);
}

/* --- the naive ways --- */

/* With a filesystem of its own, and not a copy, which would come along to all
 * its peers each time. */
static int mount_by_path(const struct storm *s, const char *at, bool checked)
{
	AUTO(mem) char *live = below_live(s, s->receiver, "/");
	AUTO(mem) char *real = checked ? realpath(at, NULL) : NULL;

	if (checked && (!real || strncmp(real, live, strlen(live))))
		return -1;
	return mount("naive", checked ? real : at, "tmpfs", 0, "size=4k");
}

static void try_path(struct storm *s, bool checked)
{
	AUTO(mem) char *at = below_live(s, s->receiver, s->target);

	if (mount_by_path(s, at, checked) < 0)
		return;
	s->casts++;
	if (is_hit(s)) {
		s->escapes++;
		umount2(s->victim, MNT_DETACH);
		return;
	}
	for (int i = 0; i < 2; i++)
		umount2(at, MNT_DETACH | UMOUNT_NOFOLLOW);
}

static void try_source(struct storm *s)
{
	AUTO(mem) char *from = below_live(s, s->giver, s->path);
	AUTO(fd) int fd = mount_clone(AT_FDCWD, from, false);

	s->casts += fd >= 0;
	s->treasures += has_treasure(fd);
}

static void try_one(struct storm *s, const char *way)
{
	s->tries++;
	if (!strcmp(way, "path") || !strcmp(way, "checked"))
		try_path(s, !strcmp(way, "checked"));
	else if (!strcmp(way, "source"))
		try_source(s);
	else
		try_real(s);
}

int main(int argc, char **argv)
{
	struct storm s = {.casting = CASTING_NONE};
	struct err err = {0};
	long times, before, after;

	if (argc != 8)
		return 2;
	times = strtol(argv[2], NULL, 10);
	s.receiver = argv[3];
	s.target = argv[4];
	s.giver = argv[5];
	s.path = argv[6];
	s.victim = argv[7];
	s.by_path = !strcmp(argv[1], "detach");
	places_init(&s.places, NULL);
	if (casting_begin(&s.casting, &s.places, 30, &err) < 0) {
		fprintf(stderr, "cast-storm: %s\n", err.text);
		return 1;
	}
	s.accepted = s.casting.casts;
	s.victim_fd = open(s.victim, O_PATH | O_DIRECTORY | O_CLOEXEC);
	tend(&s, false);
	before = count_mounts();
	while (s.tries < times)
		try_one(&s, argv[1]);
	after = count_mounts();
	s.casting.casts = s.accepted;
	printf("tries=%ld casts=%ld escapes=%ld treasures=%ld left=%ld "
	       "failures=%ld\n",
	       s.tries, s.casts, s.escapes, s.treasures, after - before,
	       s.failures);
	casting_done(&s.casting);
	return 0;
}
