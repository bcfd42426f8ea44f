/* SPDX-License-Identifier: MIT */
/* subhost cast, ucast, caston, castoff, castblock, publish, unpublish: what a
 * guest asks for by its tools, for --as NAME, or for the host itself. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cast/request.h"
#include "casting/casting.h"
#include "cli/context.h"
#include "cli/verb.h"
#include "run/launcher.h"
#include "sub/sub.h"

/* The host's own paths are what the shell's user means by them. */
static void make_absolute(char **word, char real[static PATH_MAX])
{
	if (realpath(*word, real))
		*word = real;
}

static bool names_own_path(enum cast_verb verb)
{
	return verb == CAST_VERB_CAST || verb == CAST_VERB_UCAST ||
	       verb == CAST_VERB_PUBLISH || verb == CAST_VERB_UNPUBLISH;
}

/* Whoever is acted for has to be there. */
static int check_actor(const struct context *c, const char *actor,
                       struct err *err)
{
	AUTO(sub) struct sub s = SUB_NONE;

	return strcmp(actor, PEER_HOST) ? sub_open(&s, &c->places, actor, err)
	                                : 0;
}

static int carry_out(const struct context *c, const struct request *q,
                     struct buf *reply, struct err *err)
{
	AUTO(casting) struct casting casting = CASTING_NONE;
	int run_fd = -1;
	int r = places_hold_run(&c->places, &run_fd);

	if (r < 0)
		return err_set(err, r, "cannot open %s", c->places.run);
	casting.is_kill = c->is_kill;
	casting.makes_targets = true;
	r = casting_begin(&casting, &c->places, CASTING_SECONDS, err);
	if (!r)
		r = casting_request(&casting, q, "host", reply, err);
	casting_let_go(&casting);
	launcher_leave_run(&c->places, &run_fd);
	return r;
}

/* Each thing that became of it on a line of its own. */
static void tell(const struct buf *reply)
{
	const char *text = buf_text(reply);

	while (*text) {
		const char *end = strstr(text, "; ");
		int len = end ? (int)(end - text) : (int)strlen(text);

		printf("%.*s\n", len, text);
		text += len + (end ? 2 : 0);
	}
}

static int cast(struct context *c, enum cast_verb verb, int argc, char **argv)
{
	AUTO(request) struct request q = {0};
	AUTO(buf) struct buf reply = {0};
	struct asked asked = {
		.actor = c->actor ? c->actor : PEER_HOST,
		.verb = verb,
		.words = argv,
		.n = (size_t)argc,
	};
	char real[PATH_MAX];
	struct err err = {0};
	int r;

	if (!c->actor && !names_own_path(verb))
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	if (!c->actor && argc)
		make_absolute(&argv[0], real);
	r = check_actor(c, asked.actor, &err);
	if (!r)
		r = request_parse(&asked, &q, &err);
	if (r == -ENOEXEC)
		return context_usage(c);
	if (!r)
		r = carry_out(c, &q, &reply, &err);
	if (!c->is_quiet)
		tell(&reply);
	if (r < 0)
		context_fail(c, &err);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}

#define VERB(name, NAME)                                                       \
	int verb_##name(struct context *c, int argc, char **argv)              \
	{                                                                      \
		return cast(c, CAST_VERB_##NAME, argc, argv);                  \
	}

VERB(cast, CAST)
VERB(ucast, UCAST)
VERB(caston, CASTON)
VERB(castoff, CASTOFF)
VERB(castblock, CASTBLOCK)
VERB(publish, PUBLISH)
VERB(unpublish, UNPUBLISH)
