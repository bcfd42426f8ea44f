/* SPDX-License-Identifier: MIT */
/* subhost clone OLD NEW */
#include <errno.h>
#include <stdio.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/each.h"
#include "cli/verb.h"
#include "manage/clone.h"
#include "manage/interrupt.h"
#include "manage/progress.h"
#include "manage/workshop.h"
#include "model/state.h"
#include "root/root.h"
#include "run/launcher.h"

/* A copy of what is being written would be of no moment that there was. */
static int check_state(const struct sub *s, const struct survey *v,
                       struct err *err)
{
	AUTO(buf) struct buf why = {0};
	enum state state = state_of(&v->facts, &why);
	int image = root_has_image(s, err);

	if (image < 0)
		return image;
	if (state == STATE_RUNNING)
		return err_say(err, -EBUSY,
		               "%s is running, and a copy of files that are "
		               "being written is good for nothing; hibernate "
		               "or stop it first",
		               s->name);
	if (state == STATE_DAMAGED)
		return err_say(err, -EUCLEAN,
		               "%s is damaged (%s); stop it first", s->name,
		               buf_text(&why));
	if (state == STATE_HIBERNATED && image)
		return err_say(err, -EBUSY,
		               "%s is hibernated, and so its image is mounted; "
		               "stop it first",
		               s->name);
	return 0;
}

static int clone(const struct context *c, char **names, struct buf *notes,
                 struct err *err)
{
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(sub) struct sub s = SUB_NONE;
	AUTO(buf) struct buf what = {0};
	struct progress progress;
	struct cloning cloning = {
		.old = &s,
		.name = names[1],
		.progress = &progress,
		.notes = notes,
	};
	int r = each_begin(c, names[0], &s, &v, err);

	if (!r)
		r = check_state(&s, &v, err);
	buf_puts(&what, "clone ");
	buf_escape(&what, names[0]);
	progress_begin(&progress, what.data, c->is_quiet);
	if (!r)
		r = clone_sub(&cloning, err);
	progress_end(&progress);
	launcher_leave(&s);
	return r;
}

int verb_clone(struct context *c, int argc, char **argv)
{
	AUTO(buf) struct buf notes = {0};
	struct err err = {0};
	int r;

	if (argc != 2)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	interrupt_watch();
	workshop_sweep(&c->places, argv[1], NULL, &notes);
	r = clone(c, argv, &notes, &err);
	context_note(c, argv[1], &notes);
	if (r < 0)
		context_fail(c, &err);
	else if (!c->is_quiet)
		printf("%s is made: %s/%s, like %s but for its casts, of which "
		       "it has none\n",
		       argv[1], c->places.subhost, argv[1], argv[0]);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
