/* SPDX-License-Identifier: MIT */
/* subhost allow NAME VERB…, subhost allow --refresh, subhost deny NAME VERB…
 * A verb is enabled by a hard link: see casting/syscmd.h. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/auto.h"
#include "base/err.h"
#include "casting/masters.h"
#include "casting/syscmd.h"
#include "cli/context.h"
#include "cli/verb.h"
#include "sub/sub.h"

static int change(struct context *c, int argc, char **argv,
                  int (*fn)(const struct places *places, const char *name,
                            char *const *verbs, struct err *err))
{
	AUTO(sub) struct sub s = SUB_NONE;
	struct err err = {0};
	int r;

	if (argc < 2)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	r = sub_open(&s, &c->places, argv[0], &err);
	if (!r)
		r = fn(&c->places, argv[0], argv + 1, &err);
	if (r < 0)
		context_fail(c, &err);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* The masters, then everybody's links of those that were replaced. */
static int refresh(struct context *c)
{
	struct err err = {0};
	int status =
		masters_refresh(&c->places, &err) ? EXIT_FAILED : EXIT_DONE;
	DIR *dir = opendir(c->places.syscmd);
	struct dirent *e;

	if (status)
		context_fail(c, &err);
	if (!dir && errno != ENOENT) {
		err_set(&err, -errno, "cannot open %s", c->places.syscmd);
		context_fail(c, &err);
		return EXIT_FAILED;
	}
	while (dir && (e = readdir(dir))) {
		if (!name_is_valid(e->d_name) ||
		    syscmd_refresh(&c->places, e->d_name, &err) >= 0)
			continue;
		context_fail(c, &err);
		status = EXIT_FAILED;
	}
	if (dir)
		closedir(dir);
	return status;
}

int verb_allow(struct context *c, int argc, char **argv)
{
	if (argc == 1 && !strcmp(argv[0], "--refresh"))
		return context_is_root(c) ? refresh(c) : EXIT_FAILED;
	return change(c, argc, argv, syscmd_allow);
}

int verb_deny(struct context *c, int argc, char **argv)
{
	return change(c, argc, argv, syscmd_deny);
}
