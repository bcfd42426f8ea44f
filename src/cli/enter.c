/* SPDX-License-Identifier: MIT */
/* subhost enter NAME [-u USER] [-- COMMAND…]: run it beside init, and stay
 * until it ends. */
#include <stdbool.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/each.h"
#include "cli/foreground.h"
#include "cli/verb.h"
#include "host/enter.h"
#include "run/birth.h"
#include "run/console.h"
#include "run/launcher.h"
#include "sub/declare.h"

static int go_in(const struct context *c, const char *name,
                 char *const *command, struct launched *ret, struct err *err)
{
	AUTO(declared) struct declared d = {0};
	AUTO(buf) struct buf warnings = {0}; /* start has told them */
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(sub) struct sub s = SUB_NONE;
	struct enter_wish wish = {
		.declaration = &d.declaration,
		.command = command,
		.user = c->user,
		.terminal = isatty(0),
		.term = foreground_term(),
	};
	int r = wish.terminal ? 0 : foreground_restrict(err);

	if (!r)
		r = each_begin(c, name, &s, &v, err);
	if (!r)
		r = declare(&d, &s, &warnings, err);
	if (!r)
		r = enter(&s, &v, &wish, ret, err);
	launcher_leave(&s);
	return r;
}

int verb_enter(struct context *c, int argc, char **argv)
{
	AUTO(launched) struct launched l = LAUNCHED_NONE;
	struct ending ending = {0};
	char *const *command;
	struct err err = {0};
	int r;

	if (foreground_words(c, argc, argv, &command) < 0)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_OURS;
	r = go_in(c, argv[0], command, &l, &err);
	if (r < 0) {
		context_fail(c, &err);
		return foreground_failure(&l);
	}
	/* Not before: until the command runs, a signal ends us, and it. */
	console_hold_signals();
	r = console_run(&l.init, l.master_fd, &ending, &err);
	if (r < 0) {
		context_fail(c, &err);
		return EXIT_OURS;
	}
	return foreground_status(&ending);
}
