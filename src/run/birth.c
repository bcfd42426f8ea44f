/* SPDX-License-Identifier: MIT */

#include "run/birth.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "run/filter.h"
#include "run/launch.h"
#include "run/steps.h"
#include "sys/kernel.h"
#include "sys/pty.h"
#include "sys/sealed.h"

/* The reaper's bytes, put into this program at build time. */
extern const char reaper_start[], reaper_end[];

void launched_done(struct launched *l)
{
	process_done(&l->init);
	fd_auto(&l->master_fd);
	l->master_fd = -1;
	fd_auto(&l->notify_fd);
	l->notify_fd = -1;
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

int birth_prepare(struct launch *l, struct err *err)
{
	l->reaper_fd = sealed_make("subhost-init", reaper_start,
	                           (size_t)(reaper_end - reaper_start));
	return l->reaper_fd < 0
	               ? err_set(err, l->reaper_fd, "cannot make its reaper")
	               : 0;
}

int birth_give(struct birth *b, struct launch *l, uint64_t flags, int cgroup_fd)
{
	int ends[2], r;

	/* Packets, each a fault; a descriptor can come with one. */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	l->status_fd = ends[1];
	r = process_clone(flags, cgroup_fd, &b->child);
	if (!r) {
		close(ends[0]);
		steps_run(l);
	}
	close(ends[1]);
	if (r < 0) {
		close(ends[0]);
		return r;
	}
	b->status_fd = ends[0];
	b->joins = l->joins;
	b->bears = l->joins || l->mounts;
	return b->child.pid;
}

/* What a step is about, of the request; NULL: nothing. */
static const char *name_of(enum about about, const struct launch_request *req)
{
	switch (about) {
	case ABOUT_NOTHING:
		break;
	case ABOUT_USER:
		return req->user ? req->user : "root";
	case ABOUT_WORKDIR:
		return req->workdir;
	case ABOUT_COMMAND:
		if (req->reaps && req->argv[0])
			return req->argv[1];
		return req->argv[0] ? req->argv[0] : "its shell";
	}
	return NULL;
}

static int say_no_command(const struct launch_request *req, bool joins,
                          int code, struct err *err)
{
	if (req->argv[0] || code != -ENOENT)
		return 0;
	return err_say(err, code,
	               "its root has no shell, neither /bin/bash nor /bin/sh; "
	               "%sgive a command",
	               joins ? "" : "set INIT, or ");
}

static int say_fault(const struct birth *b, const struct fault *f,
                     const struct launch_request *req, struct launched *ret,
                     struct err *err)
{
	const struct step *step = steps_at(b->joins, f->step);
	const char *name = name_of(step->about, req);
	AUTO(buf) struct buf shown = {0};

	if (step->about == ABOUT_COMMAND) {
		ret->not_found = f->code == -ENOENT;
		ret->not_executable = !ret->not_found;
		if (say_no_command(req, b->joins, f->code, err) < 0)
			return f->code;
	}
	if (name) {
		buf_putc(&shown, ' ');
		buf_escape(&shown, name);
	}
	err_set(err, f->code, "cannot %s%s", step->what, buf_text(&shown));
	if (step->about == ABOUT_USER && f->code == -ENOENT)
		err_hint(err, "its /etc/passwd does not have it");
	if (f->code == -EPERM && req->filter->owned)
		err_hint(err, "SECCOMP's profile may refuse that");
	return f->code;
}

/* Reap an init that was born, but not of birth_give(), and gave up. */
static void end_born(struct launched *ret)
{
	int status;

	if (ret->init.pid_fd < 0)
		return;
	k_pidfd_send_signal(ret->init.pid_fd, SIGKILL);
	process_reap(&ret->init, &status);
	process_done(&ret->init);
}

/* The next word of the child's, and the descriptor that came with it, or -1.
 * False at the end. */
static bool hear(int fd, struct fault *f, int *ret_fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec word = {f, sizeof(*f)};
	struct msghdr message = {.msg_iov = &word,
	                         .msg_iovlen = 1,
	                         .msg_control = &control,
	                         .msg_controllen = sizeof(control)};
	struct cmsghdr *c;
	ssize_t n;

	do
		n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	*ret_fd = -1;
	if (n != sizeof(*f))
		return false;
	c = CMSG_FIRSTHDR(&message);
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(ret_fd, CMSG_DATA(c), sizeof(*ret_fd));
	return true;
}

/* From the bearing on a guest that may trace the child can have it say what it
 * likes. */
static int disbelieve(struct err *err)
{
	return err_say(err, -EPROTO, "what its process tells cannot be");
}

/* Whatever a guest has put where its terminals are made is looked at before
 * our terminal is connected with it. */
static int take_terminal(int fd, const struct launch_request *req,
                         struct launched *ret, struct err *err)
{
	int r = pty_check_master(fd);

	if (r < 0)
		return err_set(err, r,
		               "/dev/pts/ptmx in it makes no terminals");
	if (!req->terminal || ret->master_fd >= 0)
		return disbelieve(err);
	ret->master_fd = fd;
	return 0;
}

/* The child has done its work; what it bore is our child too, and nobody else
 * is ended when a fault follows. */
static int take_born(struct birth *b, pid_t pid, struct launched *ret,
                     struct err *err)
{
	int status;

	if (!b->bears || b->child.pid_fd < 0 || pid == b->child.pid ||
	    process_parent(pid) != getpid())
		return disbelieve(err);
	ret->init.pid = pid;
	ret->init.pid_fd = k_pidfd_open(pid);
	process_reap(&b->child, &status);
	process_done(&b->child);
	return 0;
}

static int listen_to(struct birth *b, const struct launch_request *req,
                     struct launched *ret, struct err *err)
{
	struct fault fault;
	int r = 0;

	while (!r) {
		AUTO(fd) int fd = -1;

		if (!hear(b->status_fd, &fault, &fd))
			return 0;
		if (fault.step == STEP_TERMINAL)
			r = take_terminal(fd, req, ret, err);
		else if (fault.step == STEP_BORN)
			r = take_born(b, fault.code, ret, err);
		else if (fault.code < 0)
			r = say_fault(b, &fault, req, ret, err);
		else
			r = disbelieve(err);
		if (!r && fault.step == STEP_TERMINAL)
			fd_take(&fd);
	}
	return r;
}

int birth_end(struct birth *b, const struct launch_request *req,
              struct launched *ret, struct err *err)
{
	int r = listen_to(b, req, ret, err);

	if (r < 0)
		end_born(ret);
	if (!b->bears && !r) {
		ret->init = b->child;
		b->child.pid_fd = -1;
	}
	fd_auto(&b->status_fd);
	b->status_fd = -1;
	if (r < 0)
		return r;
	if (!ret->init.pid || ret->init.pid_fd < 0)
		return err_say(err, -ECHILD, "%s",
		               b->joins ? "it ended before it was joined"
		                        : "its first process died early");
	return 0;
}
