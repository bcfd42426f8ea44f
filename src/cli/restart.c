/* SPDX-License-Identifier: MIT */
/* subhost restart NAME [-- COMMAND…]: hibernate, then start; the network and
 * the mounts never go away. */
#include <errno.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/start.h"
#include "cli/verb.h"
#include "host/life.h"
#include "sub/sub.h"

/* Its terminal is somebody's. An init that outlived its foreground is another's
 * child by now, and nobody's. */
static int refuse_attended(const struct sub *s, const struct survey *v,
                           struct err *err)
{
	AUTO(buf) struct buf command = {0};
	pid_t parent = process_parent(v->init.pid);

	if (parent < 1 || parent != (pid_t)v->record.keeper)
		return 0;
	process_describe(parent, &command);
	return err_say(err, -EBUSY,
	               "%s runs in the foreground of %s; end it there, or "
	               "hibernate it first",
	               s->name, buf_text(&command));
}

static int make_way(const struct context *c, struct sub *s, struct survey *v,
                    struct err *err)
{
	int r;

	if (!v->facts.init_alive)
		return 0; /* what there is, start deals with */
	r = refuse_attended(s, v, err);
	return r < 0 ? r : life_hibernate(s, v, c->is_forced, c->seconds, err);
}

int verb_restart(struct context *c, int argc, char **argv)
{
	return start_foreground(c, argc, argv, make_way);
}
