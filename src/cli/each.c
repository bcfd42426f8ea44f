/* SPDX-License-Identifier: MIT */

#include "cli/each.h"

#include "base/auto.h"
#include "base/err.h"
#include "cli/context.h"
#include "host/life.h"
#include "run/launcher.h"

int each_begin(const struct context *c, const char *name, struct sub *s,
               struct survey *v, struct err *err)
{
	unsigned patience =
		c->seconds < 0 ? LIFE_LOCK_SECONDS : (unsigned)c->seconds;
	int r = sub_open(s, &c->places, name, err);

	if (!r)
		r = sub_lock(s, patience, err);
	if (!r)
		r = sub_hold_run(s, err);
	return r ? r : survey_take(v, s, err);
}

static int do_one(const struct context *c, const char *name,
                  int (*fn)(const struct context *c, struct sub *s,
                            struct survey *v, struct err *err))
{
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(sub) struct sub s = SUB_NONE;
	struct err err = {0};
	int r = each_begin(c, name, &s, &v, &err);

	if (!r)
		r = fn(c, &s, &v, &err);
	launcher_leave(&s);
	if (r < 0)
		context_fail(c, &err);
	return r;
}

int each_name(const struct context *c, int argc, char **argv,
              int (*fn)(const struct context *c, struct sub *s,
                        struct survey *v, struct err *err))
{
	int status = EXIT_DONE;

	if (!argc)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	for (int i = 0; i < argc; i++)
		if (do_one(c, argv[i], fn) < 0)
			status = EXIT_FAILED;
	return status;
}
