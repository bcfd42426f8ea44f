/* SPDX-License-Identifier: MIT */
/* subhost why NAME PATH: who put this mount here, when, with whose consent. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cast/path.h"
#include "casting/casting.h"
#include "casting/hanging.h"
#include "casting/holders.h"
#include "casting/journal.h"
#include "casting/peer.h"
#include "cli/context.h"
#include "cli/report.h"
#include "cli/verb.h"

static void print_consent(const struct context *c, enum effect_kind kind,
                          const char *who, const char *did,
                          const struct effect *about)
{
	struct journal_entry entry = {0};
	struct err err = {0};
	char when[32];
	int r = journal_find(&c->places, kind, about, &entry, &err);

	if (r < 0) {
		context_fail(c, &err);
	} else if (r) {
		printf("  %s %s it in casts.ini; the journal does not say "
		       "when\n",
		       who, did);
	} else {
		AUTO(buf) struct buf by = {0};

		buf_escape(&by, entry.by);
		report_time(entry.time, when, sizeof(when));
		printf("  %s %s it on %s, by %s\n", who, did, when, by.data);
	}
	journal_entry_done(&entry);
}

static void print_holders(const struct context *c, const struct hanging *h,
                          const struct held *held)
{
	AUTO(holders) struct holders holders = {0};
	AUTO(fd) int fd = hanging_open(h, held);
	AUTO(buf) struct buf who = {0};

	if (fd < 0 || holders_watch(&holders, h->in, fd) < 0 ||
	    holders_find(&holders, &c->places, NULL) < 0 || !holders.n)
		return;
	holders_print(&holders, &who);
	printf("  in use: %s\n", who.data);
}

static void print(const struct context *c, const struct hanging *h,
                  const struct held *held)
{
	const char *name = h->in->sub.name;
	const struct effect about = {
		.giver = held->giver,
		.path = held->path,
		.receiver = (char *)(uintptr_t)name,
	};
	AUTO(buf) struct buf what = {0};
	char since[32];

	report_time(held->since, since, sizeof(since));
	buf_escape(&what, held->target);
	buf_printf(&what, " of %s %s %s:", name,
	           held->kind == HELD_CAST ? "shows" : "waits for",
	           held->giver);
	buf_escape(&what, held->path);
	if (held->kind == HELD_CAST)
		buf_printf(&what, ", %s, mounted on %s",
		           held->mode & CAST_RO ? "ro" : "rw", since);
	else if (*held->reason) {
		buf_puts(&what, ": ");
		buf_escape(&what, held->reason);
	}
	puts(what.data);
	print_consent(c, EFFECT_OFFERED, held->giver, "offered", &about);
	print_consent(c, EFFECT_ACCEPTED, name, "accepted", &about);
	if (held->kind == HELD_CAST && h->in->record.mounts)
		printf("  %s has MOUNTS=yes: it may have bound it elsewhere, "
		       "too\n",
		       name);
	print_holders(c, h, held);
}

static int explain(const struct context *c, const char *name, const char *path,
                   struct err *err)
{
	AUTO(casting) struct casting casting = CASTING_NONE;
	AUTO(hanging) struct hanging h = {.folder_fd = -1};
	AUTO(peer) struct peer p = PEER_NONE;
	const struct held *found = NULL;
	int r = casting_look(&casting, &c->places, err);

	if (!r)
		r = peer_open(&p, &c->places, name, err);
	if (!r && !p.is_up)
		r = err_say(err, -ENOENT, "%s is not up", name);
	if (!r)
		r = hanging_read(&h, casting.lock_fd, &p, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < h.ledger.n; i++)
		if (path_covers(h.ledger.v[i].target, path) ||
		    path_covers(h.ledger.v[i].place, path))
			found = &h.ledger.v[i];
	if (!found)
		return err_say(err, -ENOENT,
		               "%s of %s is no cast, nor lies in one", path,
		               name);
	print(c, &h, found);
	return 0;
}

int verb_why(struct context *c, int argc, char **argv)
{
	struct err err = {0};
	int r;

	if (argc != 2)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	r = path_fault(argv[1]) ? err_say(&err, -EINVAL, "%.200s: %s", argv[1],
	                                  path_fault(argv[1]))
	                        : explain(c, argv[0], argv[1], &err);
	if (r < 0)
		context_fail(c, &err);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
