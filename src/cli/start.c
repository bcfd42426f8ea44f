/* SPDX-License-Identifier: MIT */
/*
 * subhost start NAME [-- COMMAND…]: bring it up and stay until init ends.
 * subhost start -d NAME… [-- COMMAND…]: have supervisors do so.
 */
#include "cli/start.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/auto.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/detach.h"
#include "cli/foreground.h"
#include "cli/verb.h"
#include "run/console.h"
#include "sys/process.h"

#define RESTART_SECONDS 5 /* a run shorter than that is followed by a pause */

static int fail(const struct run *run, const struct err *err, int status)
{
	context_fail(run->context, err);
	return status;
}

/* Run it once. *ret_again: it has asked to be started anew. */
static int run_once(struct run *run, bool *ret_again)
{
	struct ending ending = {0};
	struct err err = {0};
	bool ours = false;
	int r;

	*ret_again = false;
	if (run_set_up(run, &err) < 0)
		return fail(run, &err, foreground_failure(&run->launched));
	r = console_run(&run->launched.init, run->launched.master_fd, &ending,
	                &err);
	if (!r) {
		run_note_end(run, &ending);
		r = run_retire(run, true, &ours, &err);
	}
	if (r < 0)
		return fail(run, &err, EXIT_OURS);
	*ret_again = ours && !ending.was_told && run_asks_for_restart(&ending);
	return run_status(&ending);
}

static int stay(const struct context *c, const char *name, char *const *command,
                run_make_way *make_way)
{
	bool again = true;
	int status = EXIT_OURS;

	console_hold_signals();
	while (again) {
		time_t since = time(NULL);
		AUTO(run)
		struct run run = {
			.context = c,
			.name = name,
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

int start_foreground(const struct context *c, int argc, char **argv,
                     run_make_way *make_way)
{
	char *const *command;

	if (foreground_words(c, argc, argv, &command) < 0)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_OURS;
	return stay(c, argv[0], command, make_way);
}

static int start_detached(const struct context *c, int argc, char **argv)
{
	int n = 0;

	while (n < argc && strcmp(argv[n], "--"))
		n++;
	if (!n || n == argc - 1)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	return detach(c, argv, (size_t)n, n < argc ? argv + n + 1 : NULL);
}

int verb_start(struct context *c, int argc, char **argv)
{
	if (c->is_detached)
		return start_detached(c, argc, argv);
	return c->start_seconds < 0 ? start_foreground(c, argc, argv, NULL)
	                            : context_usage(c); /* nobody waits */
}
