/* SPDX-License-Identifier: MIT */
/* subhost cable NAME… */
#include <errno.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/each.h"
#include "cli/verb.h"
#include "host/cables.h"
#include "host/survey.h"
#include "sub/declare.h"
#include "sub/sub.h"

static int check(const struct sub *s, const struct survey *v,
                 const struct declared *d, struct err *err)
{
	AUTO(buf) struct buf why = {0};
	enum state state = state_of(&v->facts, &why);

	if (state != STATE_RUNNING && state != STATE_HIBERNATED)
		return err_say(err, -EINVAL,
		               "%s is %s; start gives it its cables", s->name,
		               state_name(state));
	if (v->net_fd < 0 || d->declaration.host_network)
		return err_say(err, -EINVAL,
		               "%s has no network of its own (NETWORK=host)",
		               s->name);
	return 0;
}

static int cable(const struct context *c, struct sub *s, struct survey *v,
                 struct err *err)
{
	AUTO(declared) struct declared d = {0};
	AUTO(buf) struct buf warnings = {0}, notes = {0};
	struct cabling cabling = {
		.sub = s,
		.wanted = &d.declaration.cables,
		.record = &v->record,
		.net_fd = v->net_fd,
		.notes = &notes,
	};
	int r = declare(&d, s, &warnings, err);

	if (!r)
		r = check(s, v, &d, err);
	if (r < 0)
		return r;
	context_note(c, s->name, &warnings);
	r = cables_tend(&cabling, err);
	if (!r)
		r = sub_remember(s, &v->record, err);
	context_note(c, s->name, &notes);
	return r < 0 ? err_wrap(err, "%s", s->name) : 0;
}

int verb_cable(struct context *c, int argc, char **argv)
{
	return each_name(c, argc, argv, cable);
}
