/* SPDX-License-Identifier: MIT */
/* subhost rename OLD NEW */
#include <errno.h>
#include <stdio.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/each.h"
#include "cli/verb.h"
#include "manage/after.h"
#include "manage/rename.h"
#include "manage/workshop.h"
#include "model/state.h"
#include "run/launcher.h"

static int check_state(const struct sub *s, const struct survey *v,
                       struct err *err)
{
	AUTO(buf) struct buf why = {0};
	enum state state = state_of(&v->facts, &why);
	int r = survey_refuse_foreign(v, s, err);

	if (r < 0)
		return r;
	return state == STATE_STOPPED
	               ? 0
	               : err_say(err, -EBUSY,
	                         "%s is %s, and its mounts, network and cgroup "
	                         "go by its name; stop it first",
	                         s->name, state_name(state));
}

static int rename_it(const struct context *c, char **names, struct buf *notes,
                     struct err *err)
{
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(sub) struct sub s = SUB_NONE;
	bool is_rest = rename_is_unfinished(&c->places, names[0], names[1]);
	int r = each_begin(c, names[is_rest], &s, &v, err);

	if (!r)
		r = check_state(&s, &v, err);
	if (!r && is_rest)
		r = rename_finish(&s, notes, err);
	else if (!r)
		r = rename_sub(&s, names[1], notes, err);
	launcher_leave(&s);
	return r;
}

int verb_rename(struct context *c, int argc, char **argv)
{
	AUTO(buf) struct buf notes = {0};
	struct err err = {0};
	int r;

	if (argc != 2)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	workshop_sweep(&c->places, argv[1], NULL, &notes);
	r = rename_it(c, argv, &notes, &err);
	if (!r)
		after_tell(&c->places, argv[0], argv[1], &notes);
	context_note(c, argv[1], &notes);
	if (r < 0)
		context_fail(c, &err);
	else if (!c->is_quiet)
		printf("%s is %s now\n", argv[0], argv[1]);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
