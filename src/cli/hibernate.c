/* SPDX-License-Identifier: MIT */
/* subhost hibernate NAME… */
#include <errno.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/each.h"
#include "cli/verb.h"
#include "host/life.h"

static int hibernate(const struct context *c, struct sub *s, struct survey *v,
                     struct err *err)
{
	AUTO(buf) struct buf why = {0};

	switch (state_of(&v->facts, &why)) {
	case STATE_STOPPED:
		return err_say(err, -ESRCH,
		               "%s is stopped, it cannot hibernate", s->name);
	case STATE_DAMAGED:
		return err_say(err, -EUCLEAN,
		               "%s is damaged (%s); start or stop it", s->name,
		               buf_text(&why));
	case STATE_RUNNING:
	case STATE_HIBERNATED:
		break;
	}
	return life_hibernate(s, v, c->is_forced, c->seconds, err);
}

int verb_hibernate(struct context *c, int argc, char **argv)
{
	return each_name(c, argc, argv, hibernate);
}
