/* SPDX-License-Identifier: MIT */

#include "run/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"
#include "root/guest.h"
#include "root/root.h"
#include "run/devices.h"
#include "run/launcher.h"
#include "run/steps.h"
#include "sub/sub.h"
#include "sys/beneath.h"
#include "sys/kernel.h"
#include "sys/mntns.h"
#include "sys/mount.h"
#include "sys/pty.h"
#include "sys/sealed.h"

/* A copy of live for the guest, which hears of what the host mounts there and
 * is not heard. */
static int copy_live(int live_fd, int *ret_fd, struct err *err)
{
	AUTO(fd) int fd = mount_clone(live_fd, "", true);
	int r = fd < 0 ? fd : mount_shape(fd, 0, MS_SLAVE, true);

	if (r < 0)
		return err_set(err, r, "cannot copy its root");
	*ret_fd = fd_take(&fd);
	return 0;
}

/* Mount points that the root lacks are made by the guest's own identity. */
static int make_points(const struct launch_request *req, struct err *err)
{
	static const char *const points[] = {"/proc", "/sys", "/dev"};
	AUTO(words) struct words missing = {0};

	for (size_t i = 0; i < sizeof(points) / sizeof(*points); i++) {
		AUTO(fd) int fd = beneath_open(req->live_fd, points[i], false);

		if (fd == -ELOOP)
			return err_set(err, fd, "%s in its root is a symlink",
			               points[i]);
		if (fd < 0)
			words_add(&missing, points[i]);
	}
	return guest_make_dirs(req->live_fd, req->user_fd, &missing, err);
}

static int make_terminal(struct launch *l, uid_t base, int *ret_master_fd,
                         struct err *err)
{
	AUTO(fd) int slave_fd = -1;
	int r = pty_open(l->pts_fd, ret_master_fd, &slave_fd, &l->terminal);

	if (!r && fchown(slave_fd, base, base + DEVICES_TTY_GID) < 0)
		r = -errno;
	return r < 0 ? err_set(err, r, "cannot make its terminal") : 0;
}

static int prepare(struct launch *l, struct sub *s,
                   const struct launch_request *req, struct launched *ret,
                   struct err *err)
{
	int r = launcher_open(s, req->mounts, &l->launcher_fd, err);

	if (l->launcher_fd >= 0)
		l->point = MNTNS_POINT;
	if (!r)
		r = make_points(req, err);
	if (!r)
		r = copy_live(req->live_fd, &l->live_fd, err);
	if (!r)
		r = devices_make(req->base, req->devices, &l->dev_fd,
		                 &l->pts_fd, err);
	if (!r && req->terminal)
		r = make_terminal(l, req->base, &ret->master_fd, err);
	if (req->reaps && req->page_fd >= 0) {
		l->console_fd = ret->master_fd;
		l->page_fd = req->page_fd;
	}
	return r < 0 || !req->reaper ? r : birth_prepare(l, err);
}

static void close_prepared(struct launch *l)
{
	fd_auto(&l->launcher_fd);
	fd_auto(&l->live_fd);
	fd_auto(&l->dev_fd);
	fd_auto(&l->pts_fd);
	fd_auto(&l->reaper_fd);
}

int launch_begin(struct birth *b, struct sub *s,
                 const struct launch_request *req, struct launched *ret,
                 struct err *err)
{
	AUTO(buf) struct buf point = {0};
	struct launch l = {
		.launcher_fd = -1,
		.net_fd = req->net_fd,
		.user_fd = req->user_fd,
		.init_fd = -1,
		.slave_fd = -1,
		.capabilities = req->capabilities,
		.live_fd = -1,
		.dev_fd = -1,
		.pts_fd = -1,
		.reaper_fd = -1,
		.status_fd = -1,
		.terminal = -1,
		.console_fd = -1,
		.page_fd = -1,
		.reaps = req->reaps,
		.outlives = req->outlives,
		.old = req->old,
		.mounts = req->mounts,
		.no_new_privs = req->no_new_privs,
		.filter = req->filter,
		.hostname = req->hostname,
		.user = req->user,
		.workdir = req->workdir,
		.argv = req->argv,
		.envp = req->envp,
	};
	int r;

	buf_printf(&point, "%s/live", s->path);
	l.point = point.data;
	r = prepare(&l, s, req, ret, err);
	/* With MOUNTS=yes the init's pid namespace is made in its own user
	 * namespace; the child then only gives birth to it. */
	if (!r) {
		r = birth_give(b, &l, req->mounts ? 0 : CLONE_NEWPID,
		               req->cgroup_fd);
		if (r < 0)
			err_set(err, r, "cannot create its first process");
	}
	close_prepared(&l);
	if (r > 0 && !req->mounts)
		ret->init.pid = r;
	return r < 0 ? r : 0;
}
