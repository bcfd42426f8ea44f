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

/* The reaper's bytes, put into this program at build time. */
extern const char reaper_start[], reaper_end[];

void launched_done(struct launched *l)
{
	process_done(&l->init);
	fd_auto(&l->master_fd);
	l->master_fd = -1;
}

void birth_done(struct birth *b)
{
	int status;

	fd_auto(&b->status_fd);
	b->status_fd = -1;
	if (b->child.pid_fd >= 0) {
		k_pidfd_send_signal(b->child.pid_fd, SIGKILL);
		process_reap(&b->child, &status);
	}
	process_done(&b->child);
}

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
		r = devices_make(req->base, &l->dev_fd, &l->pts_fd, err);
	if (!r && req->terminal)
		r = make_terminal(l, req->base, &ret->master_fd, err);
	if (r < 0 || !req->reaper)
		return r;
	l->reaper_fd = sealed_make("subhost-init", reaper_start,
	                           (size_t)(reaper_end - reaper_start));
	return l->reaper_fd < 0
	               ? err_set(err, l->reaper_fd, "cannot make its reaper")
	               : 0;
}

static void close_prepared(struct launch *l)
{
	fd_auto(&l->launcher_fd);
	fd_auto(&l->live_fd);
	fd_auto(&l->dev_fd);
	fd_auto(&l->pts_fd);
	fd_auto(&l->reaper_fd);
}

static int clone_child(struct birth *b, struct launch *l,
                       const struct launch_request *req, struct err *err)
{
	/* With MOUNTS=yes the init's pid namespace is made in its own user
	 * namespace; the child then only gives birth to it. */
	uint64_t flags = req->mounts ? 0 : CLONE_NEWPID;
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(err, -errno, "cannot make a pipe");
	l->status_fd = ends[1];
	r = process_clone(flags, req->cgroup_fd, &b->child);
	if (!r) {
		close(ends[0]);
		steps_run(l);
	}
	close(ends[1]);
	b->status_fd = ends[0];
	return r < 0 ? err_set(err, r, "cannot create its first process") : 0;
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
		.live_fd = -1,
		.dev_fd = -1,
		.pts_fd = -1,
		.reaper_fd = -1,
		.status_fd = -1,
		.terminal = -1,
		.mounts = req->mounts,
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
	if (!r)
		r = clone_child(b, &l, req, err);
	close_prepared(&l);
	if (!r && !req->mounts)
		ret->init.pid = b->child.pid;
	return r;
}

/* The name that a fault is about, "" when it is about none. */
static void put_name(const struct fault *f, const struct launch_request *req,
                     struct buf *b)
{
	const char *name = NULL;

	switch (steps_about(f->step)) {
	case ABOUT_NOTHING:
		return;
	case ABOUT_USER:
		name = req->user ? req->user : "root";
		break;
	case ABOUT_WORKDIR:
		name = req->workdir;
		break;
	case ABOUT_COMMAND:
		name = req->argv[0] ? req->argv[0] : "its shell";
		break;
	}
	buf_putc(b, ' ');
	buf_escape(b, name);
}

static int say_fault(const struct fault *f, const struct launch_request *req,
                     struct launched *ret, struct err *err)
{
	enum about about = steps_about(f->step);
	AUTO(buf) struct buf name = {0};

	if (about == ABOUT_COMMAND) {
		ret->not_found = f->code == -ENOENT;
		ret->not_executable = !ret->not_found;
		if (!req->argv[0] && ret->not_found)
			return err_say(err, f->code,
			               "its root has no shell, neither "
			               "/bin/bash nor /bin/sh; set INIT, or "
			               "give a command");
	}
	put_name(f, req, &name);
	err_set(err, f->code, "cannot %s%s", steps_what(f->step),
	        buf_text(&name));
	if (about == ABOUT_USER && f->code == -ENOENT)
		err_hint(err, "its /etc/passwd does not have it");
	return f->code;
}

/* Reap an init that was born, but not of clone_child(), and gave up. */
static void end_born(struct launched *ret)
{
	int status;

	if (ret->init.pid_fd < 0)
		return;
	k_pidfd_send_signal(ret->init.pid_fd, SIGKILL);
	process_reap(&ret->init, &status);
	process_done(&ret->init);
}

int launch_end(struct birth *b, const struct launch_request *req,
               struct launched *ret, struct err *err)
{
	struct fault fault;
	ssize_t n;
	int status;

	for (;;) {
		n = read(b->status_fd, &fault, sizeof(fault));
		if (n < 0 && errno == EINTR)
			continue;
		if (n != sizeof(fault))
			break;
		if (fault.step != STEP_BORN) {
			end_born(ret);
			return say_fault(&fault, req, ret, err);
		}
		/* The child has done its work; the init is our child too. */
		ret->init.pid = fault.code;
		ret->init.pid_fd = k_pidfd_open(fault.code);
		process_reap(&b->child, &status);
		process_done(&b->child);
	}
	if (!req->mounts) {
		ret->init = b->child;
		b->child.pid_fd = -1;
	}
	fd_auto(&b->status_fd);
	b->status_fd = -1;
	if (!ret->init.pid || ret->init.pid_fd < 0)
		return err_say(err, -ECHILD, "its first process died early");
	return 0;
}
