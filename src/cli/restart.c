/* SPDX-License-Identifier: MIT */
/* subhost restart NAME [-- COMMAND…]: hibernate, then start; the network and
 * the mounts never go away. One that was detached is detached again, with the
 * command that it had. */
#include <errno.h>
#include <stdlib.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/words.h"
#include "cli/context.h"
#include "cli/detach.h"
#include "cli/each.h"
#include "cli/foreground.h"
#include "cli/start.h"
#include "cli/verb.h"
#include "host/life.h"
#include "model/command.h"
#include "run/launcher.h"
#include "sub/sub.h"

/* Its terminal is somebody's. An init that outlived its foreground is another's
 * child by now, and nobody's. */
static int refuse_attended(const struct sub *s, const struct survey *v,
                           struct err *err)
{
	AUTO(buf) struct buf command = {0};
	pid_t parent = process_parent(v->init.pid);

	if (v->record.detached || parent < 1 ||
	    parent != (pid_t)v->record.keeper)
		return 0;
	process_describe(parent, &command);
	return err_say(err, -EBUSY,
	               "%s runs in the foreground of %s; end it there, or "
	               "hibernate it first",
	               s->name, buf_text(&command));
}

static int make_way(const struct context *c, struct sub *s, struct survey *v,
                    struct err *err)
{
	int r;

	if (!v->facts.init_alive)
		return 0; /* what there is, start deals with */
	r = refuse_attended(s, v, err);
	return r < 0 ? r : life_hibernate(s, v, c->is_forced, c->seconds, err);
}

/* Is it to be detached? Then it is put to sleep here, and its supervisor ends
 * before there is another one. */
static int end_detached(const struct context *c, const char *name,
                        bool *ret_detached, struct words *command,
                        struct err *err)
{
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(sub) struct sub s = SUB_NONE;
	int r = each_begin(c, name, &s, &v, err);

	*ret_detached = !r && (c->is_detached || v.record.detached);
	if (*ret_detached && v.record.command)
		command_parse(v.record.command, command);
	if (*ret_detached)
		r = make_way(c, &s, &v, err);
	launcher_leave(&s);
	return r;
}

static int restart(const struct context *c, int argc, char **argv,
                   char *const *command)
{
	AUTO(words) struct words before = {0};
	struct err err = {0};
	bool detached;

	if (end_detached(c, argv[0], &detached, &before, &err) < 0) {
		context_fail(c, &err);
		return detached ? EXIT_FAILED : EXIT_OURS;
	}
	if (!detached)
		return start_foreground(c, argc, argv, make_way);
	return detach(c, argv, 1, command ? command : before.v);
}

int verb_restart(struct context *c, int argc, char **argv)
{
	char *const *command;

	if (foreground_words(c, argc, argv, &command) < 0)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_OURS;
	return restart(c, argc, argv, command);
}
