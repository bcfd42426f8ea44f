/* SPDX-License-Identifier: MIT */

#include "host/freezer.h"

#include <errno.h>

#include "base/auto.h"
#include "base/err.h"
#include "host/limits.h"
#include "host/survey.h"
#include "sys/cgroup.h"
#include "sys/cgroup_old.h"

static int set_old(const struct sub *s, const struct survey *v, bool frozen)
{
	AUTO(cgroup_old) struct cgroup_old old = CGROUP_OLD_NONE;
	struct cgroup_place place = limits_place(s, v);
	int r = cgroup_old_open(&old, &place);

	return r < 0 ? r : cgroup_old_freeze(&old, frozen);
}

int freezer_set(const struct sub *s, const struct survey *v, bool frozen,
                struct err *err)
{
	int r = v->cgroup_fd >= 0 ? cgroup_freeze(v->cgroup_fd, frozen)
	                          : set_old(s, v, frozen);

	if (r == -ENOENT)
		return err_say(err, r,
		               "this host can freeze nothing: it has neither "
		               "cgroup version 2 nor the controller freezer of "
		               "version 1");
	return r < 0 ? err_set(err, r, "cannot %s its processes",
	                       frozen ? "freeze" : "thaw")
	             : 0;
}

bool freezer_is_on(const struct sub *s, const struct survey *v)
{
	AUTO(cgroup_old) struct cgroup_old old = CGROUP_OLD_NONE;
	struct cgroup_place place = limits_place(s, v);

	if (v->cgroup_fd >= 0)
		return cgroup_is_frozen(v->cgroup_fd) > 0;
	return !cgroup_old_open_one(&old, &place, CGROUP_FREEZER) &&
	       cgroup_old_is_frozen(&old) > 0;
}
