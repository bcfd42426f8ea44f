/* SPDX-License-Identifier: MIT */

#include "host/groups.h"

#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "host/life.h"
#include "host/limits.h"
#include "host/phases.h"
#include "host/survey.h"
#include "model/declaration.h"
#include "sub/device.h"
#include "sub/sub.h"
#include "sys/cgroup.h"

static int make_unified(struct life *l, struct err *err)
{
	struct survey *v = l->survey;
	int fd;

	if (v->cgroup_root_fd < 0)
		return 0;
	fd = cgroup_make(v->cgroup_root_fd, v->cgroup_parent, l->sub->name,
	                 l->sub->mark);
	if (fd < 0)
		return err_set(err, fd, "cannot make its cgroup %s/%s",
		               v->cgroup_parent, l->sub->name);
	v->cgroup_fd = fd;
	v->facts.cgroup = OURS;
	if (!v->record.mounts)
		return 0;
	fd = cgroup_delegate(v->cgroup_fd, (unsigned)v->record.base);
	return fd < 0 ? err_set(err, fd, "cannot hand it its cgroup") : 0;
}

/* A guest that may mount, be it in a user namespace that it makes, has whatever
 * hierarchy of version 1 there is, from its own cgroup down: without one, from
 * that of whoever started it. */
static int make_old(struct life *l, struct err *err)
{
	struct cgroup_place place = limits_place(l->sub, l->survey);
	const struct record *record = &l->survey->record;
	AUTO(buf) struct buf missing = {0};
	int r;

	if (!record->mounts && record->base)
		return 0;
	r = cgroup_old_make_all(&l->old, &place, &missing);
	if (r < 0)
		return err_set(err, r, "cannot make cgroups %s/%s of version 1",
		               place.parent, place.name);
	if (missing.len)
		buf_printf(l->wish->notes,
		           "it can read of this host's cgroups: %s, which is "
		           "not mounted below /sys/fs/cgroup\n",
		           buf_text(&missing));
	return 0;
}

int groups_make(struct life *l, struct err *err)
{
	const struct declaration *d = l->wish->declaration;
	struct limiting limiting = {
		.sub = l->sub,
		.survey = l->survey,
		.limits = &d->limits,
		.devices = &l->devices,
		.old = &l->old,
		.notes = l->wish->notes,
	};
	int r = device_list_take(&d->devices, &l->devices, err);

	if (!r)
		r = make_unified(l, err);
	if (!r)
		r = limits_make(&limiting, err);
	return r ? r : make_old(l, err);
}

static int remove_old_cgroups(struct life *l, struct err *err)
{
	struct cgroup_place place = limits_place(l->sub, l->survey);
	int r = cgroup_old_remove(&place);

	return r < 0 ? err_set(err, r, "cannot remove its cgroups %s/%s",
	                       place.parent, place.name)
	             : 0;
}

int groups_remove(struct life *l, struct err *err)
{
	struct survey *v = l->survey;
	int r;

	if (v->facts.cgroup == NOBODYS && v->cgroup_root_fd >= 0)
		cgroup_remove_parent(v->cgroup_root_fd, v->cgroup_parent);
	if (v->facts.cgroup != OURS)
		return remove_old_cgroups(l, err);
	r = cgroup_kill(v->cgroup_fd);
	if (r < 0)
		return err_set(err, r, "cannot end its processes");
	v->facts.populated = false;
	r = cgroup_remove(v->cgroup_root_fd, v->cgroup_parent, l->sub->name);
	if (r < 0)
		return err_set(err, r, "cannot remove its cgroup %s/%s",
		               v->cgroup_parent, l->sub->name);
	close(v->cgroup_fd);
	v->cgroup_fd = -1;
	v->facts.cgroup = NOBODYS;
	return remove_old_cgroups(l, err);
}
