/* SPDX-License-Identifier: MIT */
/* subhost start NAME [-- COMMAND…]: bring it up and stay until init ends. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/each.h"
#include "cli/foreground.h"
#include "cli/start.h"
#include "cli/verb.h"
#include "host/life.h"
#include "run/console.h"
#include "run/launcher.h"
#include "sub/declare.h"

#define RESTART_SECONDS 5 /* a run shorter than that is followed by a pause */

/* One run of one sub host, from set-up to the end of its init. */
struct run {
	const struct context *context;
	const char *name;
	char *const *command; /* NULL: none */
	int (*make_way)(const struct context *c, struct sub *s,
	                struct survey *v, struct err *err);
	struct launched launched;
};

static void run_auto(struct run *r)
{
	launched_done(&r->launched);
}

static int bring_up(struct run *run, struct sub *s, struct survey *v,
                    struct err *err)
{
	AUTO(declared) struct declared d = {0};
	AUTO(buf) struct buf notes = {0};
	struct life_wish wish = {
		.declaration = &d.declaration,
		.command = run->command,
		.terminal = isatty(0),
		.term = foreground_term(),
		.notes = &notes,
	};
	bool closed;
	int r = sub_close_to_others(s, &closed, err);

	if (!r && !wish.terminal)
		r = foreground_restrict(err);
	if (!r)
		r = declare(&d, s, &notes, err);
	if (r < 0)
		return r;
	if (closed)
		buf_printf(&notes,
		           "%s is now mode 0700: what is setuid in it "
		           "must be out of other users' reach\n",
		           s->path);
	if (run->make_way)
		r = run->make_way(run->context, s, v, err);
	if (r < 0)
		return r;
	r = life_start(s, v, &wish, &run->launched, err);
	context_note(run->context, s->name, &notes);
	return r;
}

static int set_up(struct run *run, struct err *err)
{
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(sub) struct sub s = SUB_NONE;
	int r = each_begin(run->context, run->name, &s, &v, err);

	if (!r)
		r = bring_up(run, &s, &v, err);
	if (r < 0)
		launcher_leave(&s);
	return r;
}

/* Put to sleep what this run left, unless somebody else has seen to it. */
static int retire(struct run *run, pid_t init, bool *ret_ours, struct err *err)
{
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(sub) struct sub s = SUB_NONE;
	int r = each_begin(run->context, run->name, &s, &v, err);

	*ret_ours = !r && v.facts.has_record && (pid_t)v.record.init == init;
	if (*ret_ours)
		r = life_hibernate(&s, &v, true, 0, err);
	launcher_leave(&s);
	return r;
}

/* reboot(2) in a pid namespace kills its init so; nothing else inside can. */
static bool asks_for_restart(const struct ending *ending)
{
	return ending->by_signal && ending->number == SIGHUP;
}

/* A poweroff from inside is an orderly end. */
static int status_of(const struct ending *ending)
{
	if (ending->by_signal && ending->number == SIGINT)
		return EXIT_DONE;
	return foreground_status(ending);
}

/* Run it once. *ret_again: it has asked to be started anew. */
static int run_once(struct run *run, bool *ret_again)
{
	struct ending ending = {0};
	struct err err = {0};
	bool ours = false;
	pid_t init;
	int r;

	*ret_again = false;
	r = set_up(run, &err);
	if (r < 0) {
		context_fail(run->context, &err);
		return foreground_failure(&run->launched);
	}
	init = run->launched.init.pid;
	r = console_run(&run->launched.init, run->launched.master_fd, &ending,
	                &err);
	if (!r)
		r = retire(run, init, &ours, &err);
	if (r < 0) {
		context_fail(run->context, &err);
		return EXIT_OURS;
	}
	*ret_again = ours && !ending.was_told && asks_for_restart(&ending);
	return status_of(&ending);
}

int start_foreground(const struct context *c, int argc, char **argv,
                     int (*make_way)(const struct context *c, struct sub *s,
                                     struct survey *v, struct err *err))
{
	char *const *command;
	bool again = true;
	int status = EXIT_OURS;

	if (foreground_words(argc, argv, &command) < 0)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_OURS;
	console_hold_signals();
	while (again) {
		time_t since = time(NULL);
		AUTO(run)
		struct run run = {
			.context = c,
			.name = argv[0],
			.command = command,
			.make_way = make_way,
			.launched = LAUNCHED_NONE,
		};

		status = run_once(&run, &again);
		/* One that does nothing else shall not have all our time. */
		if (again && time(NULL) - since < RESTART_SECONDS) {
			int signal = console_pause();

			if (signal)
				return 128 + signal;
		}
	}
	return status;
}

int verb_start(struct context *c, int argc, char **argv)
{
	return start_foreground(c, argc, argv, NULL);
}
