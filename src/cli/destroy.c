/* SPDX-License-Identifier: MIT */
/* subhost destroy NAME [--yes] */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/each.h"
#include "cli/verb.h"
#include "host/life.h"
#include "manage/after.h"
#include "manage/belongings.h"
#include "manage/consents.h"
#include "manage/remove.h"
#include "manage/rename.h"
#include "manage/workshop.h"
#include "model/state.h"
#include "run/launcher.h"

/* Not any directory that happens to lie there. */
static int check(const struct sub *s, struct err *err)
{
	static const char *const ours[] = {"live", "mnt", NULL};

	if (faccessat(s->dir_fd, "config", F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return err_say(err, -ENOENT,
		               "%s has no config, so it may be no sub host's; "
		               "rm -r it if it is",
		               s->path);
	return remove_refuse_mounts(s->path, ours, err);
}

/* 1: yes. */
static int hear_yes(void)
{
	char answer[16];

	if (!fgets(answer, sizeof(answer), stdin))
		return 0;
	answer[strcspn(answer, "\n")] = '\0';
	return !strcasecmp(answer, "y") || !strcasecmp(answer, "yes");
}

static int ask(const struct context *c, struct sub *s, struct err *err)
{
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(buf) struct buf why = {0};
	enum state state;
	int r = c->is_yes ? 0 : survey_take(&v, s, err);

	if (r < 0 || c->is_yes)
		return r;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return err_say(err, -ENOTTY,
		               "%s and all files in it would be gone; --yes "
		               "says that it is meant",
		               s->path);
	state = state_of(&v.facts, &why);
	fprintf(stderr,
	        "%s is %s. It is stopped, and %s with all files in it removed."
	        "\nGo on? [y/N] ",
	        s->name, state_name(state), s->path);
	fflush(stderr);
	return hear_yes()
	               ? 0
	               : err_say(err, -ECANCELED, "%s stays as it is", s->name);
}

/* Down to its directory, which is taken last: until then it can be tried
 * again. */
static int forget(struct sub *s, struct buf *notes, struct err *err)
{
	static const char *const none[] = {NULL};
	int r = remove_refuse_mounts(s->path, none, err);

	if (!r)
		r = rename_finish(s, notes, err);
	if (!r)
		r = consents_move(s->places, s->name, NULL, notes, err);
	if (!r)
		r = belongings_forget(s->places, s->name, err);
	if (r < 0)
		return r;
	sub_forget(s);
	return workshop_demolish(s->places, s->name, err);
}

static int destroy(const struct context *c, const char *name, struct buf *notes,
                   struct err *err)
{
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(sub) struct sub s = SUB_NONE;
	int r = each_begin(c, name, &s, &v, err);

	if (!r)
		r = check(&s, err);
	if (!r)
		r = life_stop(&s, &v, false, -1, err);
	survey_done(&v); /* it holds what was mounted */
	if (!r)
		r = forget(&s, notes, err);
	if (r < 0 && strncmp(err->text, name, strlen(name)) != 0)
		err_wrap(err, "%s", name);
	launcher_leave(&s);
	return r;
}

static int check_and_ask(const struct context *c, const char *name,
                         struct err *err)
{
	AUTO(sub) struct sub s = SUB_NONE;
	int r = sub_open(&s, &c->places, name, err);

	if (!r)
		r = check(&s, err);
	return r ? r : ask(c, &s, err);
}

int verb_destroy(struct context *c, int argc, char **argv)
{
	AUTO(buf) struct buf notes = {0};
	struct err err = {0};
	bool was_left = false;
	int r;

	if (argc != 1)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	workshop_sweep(&c->places, argv[0], &was_left, &notes);
	context_note(c, "destroy", &notes);
	notes.len = 0;
	r = check_and_ask(c, argv[0], &err);
	if (r == -ENOENT && was_left)
		return EXIT_DONE; /* that is what there was of it */
	if (!r)
		r = destroy(c, argv[0], &notes, &err);
	if (!r)
		after_tell(&c->places, argv[0], NULL, &notes);
	if (notes.len)
		context_note(c, argv[0], &notes);
	if (r < 0)
		context_fail(c, &err);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
