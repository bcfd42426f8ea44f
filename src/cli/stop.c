/* SPDX-License-Identifier: MIT */
/* subhost stop NAME… */
#include "cli/context.h"
#include "cli/each.h"
#include "cli/verb.h"
#include "host/life.h"

static int stop(const struct context *c, struct sub *s, struct survey *v,
                struct err *err)
{
	return life_stop(s, v, c->is_forced, c->seconds, err);
}

int verb_stop(struct context *c, int argc, char **argv)
{
	return each_name(c, argc, argv, stop);
}
