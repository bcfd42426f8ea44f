/* SPDX-License-Identifier: MIT */

#include "host/enter.h"

#include <errno.h>
#include <stdio.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"
#include "host/freezer.h"
#include "host/init.h"
#include "host/limits.h"
#include "host/survey.h"
#include "model/declaration.h"
#include "run/filter.h"
#include "run/join.h"
#include "sub/sub.h"
#include "sys/cgroup_old.h"

static int refuse_state(const struct sub *s, const struct survey *v,
                        struct err *err)
{
	AUTO(buf) struct buf why = {0};
	enum state state = state_of(&v->facts, &why);

	switch (state) {
	case STATE_RUNNING:
		break;
	case STATE_DAMAGED:
		return err_say(err, -EUCLEAN,
		               "%s is damaged (%s); start or stop it", s->name,
		               buf_text(&why));
	case STATE_STOPPED:
	case STATE_HIBERNATED:
		return err_say(err, -ESRCH,
		               "%s is %s, there is nothing to enter; start it: "
		               "subhost start %s",
		               s->name, state_name(state), s->name);
	}
	if (freezer_is_on(s, v))
		return err_say(err, -EBUSY,
		               "%s is frozen; thaw it first: subhost thaw %s",
		               s->name, s->name);
	return 0;
}

/* Whoever would not be counted, limited and killed with it does not enter. */
static int refuse_homeless(const struct sub *s, const struct survey *v,
                           struct err *err)
{
	int r = survey_refuse_foreign(v, s, err);

	if (!r && v->cgroup_root_fd >= 0 && v->cgroup_fd < 0)
		r = err_say(err, -ENOENT, "its cgroup %s/%s is gone",
		            v->cgroup_parent, s->name);
	return r;
}

static int find_filter(const struct record *r, struct filter *f,
                       struct err *err)
{
	int fault;

	if (!r->seccomp)
		return err_say(err, -EPROTO,
		               "its record does not say how it is confined; "
		               "it was started by another version");
	fault = filter_find(r->seccomp, f, err);
	if (!fault && init_filter_hash(f) != r->filter)
		return err_say(err, -ESTALE,
		               "SECCOMP's profile %s is not what it was at its "
		               "start",
		               r->seccomp);
	return fault;
}

static int join(struct sub *s, struct survey *v, struct launch_request *req,
                struct launched *ret, struct err *err)
{
	AUTO(cgroup_old) struct cgroup_old old = CGROUP_OLD_NONE;
	AUTO(birth) struct birth birth = BIRTH_NONE;
	struct cgroup_place place = limits_place(s, v);
	AUTO(buf) struct buf path = {0};
	int r = cgroup_old_open(&old, &place);

	if (r < 0)
		return err_set(err, r, "cannot open its cgroups");
	buf_printf(&path, "%s/%s", v->cgroup_parent, s->name);
	req->cgroup_place = path.data;
	req->old = &old;
	r = join_begin(&birth, &v->init, req, err);
	sub_let_go(s);
	return r < 0 ? r : birth_end(&birth, req, ret, err);
}

static int run(struct sub *s, struct survey *v, const struct enter_wish *wish,
               struct launched *ret, struct err *err)
{
	static char *const no_words[] = {NULL};
	const struct declaration *d = wish->declaration;
	const struct record *record = &v->record;
	AUTO(filter) struct filter filter = {0};
	AUTO(words) struct words env = {0};
	struct launch_request req = {
		.live_fd = -1,
		.user_fd = -1,
		.net_fd = -1,
		.cgroup_fd = v->cgroup_fd,
		.base = (uid_t)record->base,
		.mounts = record->mounts,
		.reaper = !record->base,
		.capabilities = record->capabilities,
		.no_new_privs = record->no_new_privs,
		.filter = &filter,
		.terminal = wish->terminal,
		.user = wish->user ? wish->user : d->user,
		.workdir = d->workdir,
		.argv = wish->command ? wish->command : no_words,
	};
	int r = refuse_homeless(s, v, err);

	if (!r)
		r = find_filter(record, &filter, err);
	if (r < 0)
		return r;
	init_environment(d, wish->terminal ? wish->term : NULL, &env);
	req.envp = env.v;
	return join(s, v, &req, ret, err);
}

int enter(struct sub *s, struct survey *v, const struct enter_wish *wish,
          struct launched *ret, struct err *err)
{
	int r = refuse_state(s, v, err);

	if (r < 0)
		return r;
	r = run(s, v, wish, ret, err);
	return r < 0 ? err_wrap(err, "%s", s->name) : 0;
}
