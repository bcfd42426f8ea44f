/* SPDX-License-Identifier: MIT */
/* subhost freeze NAME… and subhost thaw NAME… */
#include <errno.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/each.h"
#include "cli/verb.h"
#include "host/freezer.h"
#include "host/survey.h"
#include "sub/event.h"
#include "sub/sub.h"

static int set(struct sub *s, struct survey *v, bool frozen, struct err *err)
{
	AUTO(buf) struct buf why = {0};
	enum state state = state_of(&v->facts, &why);
	int r;

	if (state != STATE_RUNNING)
		return err_say(err, -EINVAL, "%s is %s and not running",
		               s->name, state_name(state));
	r = freezer_set(s, v, frozen, err);
	if (!r)
		event_add(s->places, s->name, frozen ? "frozen" : "thawed", "");
	return r < 0 ? err_wrap(err, "%s", s->name) : 0;
}

static int freeze(const struct context *c, struct sub *s, struct survey *v,
                  struct err *err)
{
	(void)c;
	return set(s, v, true, err);
}

static int thaw(const struct context *c, struct sub *s, struct survey *v,
                struct err *err)
{
	(void)c;
	return set(s, v, false, err);
}

int verb_freeze(struct context *c, int argc, char **argv)
{
	return each_name(c, argc, argv, freeze);
}

int verb_thaw(struct context *c, int argc, char **argv)
{
	return each_name(c, argc, argv, thaw);
}
