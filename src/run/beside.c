/* SPDX-License-Identifier: MIT */
/*
 * How a process comes to be beside a running init. As long as it is ours the
 * guest must have no hold on it: it is not dumpable, and its memory belongs to
 * the host's user namespace, so that no power of the guest's opens its /proc
 * or traces it. One that has no user namespace may have that power: it sees
 * none of ours but the reaper, which has no more than what is to be run.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/auto.h"
#include "run/launch_steps.h"
#include "run/steps.h"
#include "sys/kernel.h"
#include "sys/process.h"
#include "sys/pty.h"

#define NAMESPACES                                                             \
	(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS |            \
	 CLONE_NEWIPC | CLONE_NEWCGROUP)

/*
 * All at once, those of that very process whose pidfd it is. The kernel looks
 * at the powers of who calls, real root, before it takes them away; so the
 * mount namespace may be the host's user namespace's or the guest's own. Root
 * and working directory are that mount namespace's afterwards.
 */
int step_join(struct launch *l)
{
	int flags = NAMESPACES | (l->own_users ? CLONE_NEWUSER : 0);

	if (setns(l->init_fd, flags) < 0)
		return -errno;
	return l->own_users ? become_root_there(l) : 0;
}

int step_bear_inside(struct launch *l)
{
	return become_child(l, 0);
}

/* Send the parent a descriptor. */
static int send_master(const struct launch *l, int fd)
{
	struct fault word = {.step = STEP_TERMINAL};
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec part = {&word, sizeof(word)};
	struct msghdr message = {.msg_iov = &part,
	                         .msg_iovlen = 1,
	                         .msg_control = &control,
	                         .msg_controllen = sizeof(control)};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	return sendmsg(l->status_fd, &message, 0) < 0 ? -errno : 0;
}

/* What opens is the guest's affair, what it is the parent looks at. */
int step_make_terminal(struct launch *l)
{
	AUTO(fd) int master_fd = -1;
	int r;

	if (!l->own_terminal)
		return 0;
	master_fd = open("/dev/pts/ptmx",
	                 O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (master_fd < 0)
		return -errno;
	r = send_master(l, master_fd);
	if (!r)
		r = pty_unlock(master_fd);
	if (!r)
		r = pty_open_slave(master_fd);
	if (r < 0)
		return r;
	l->slave_fd = r;
	return 0;
}

/* What the guest will see has another program, and memory of its own, before
 * it is born in there. After step_close() the status is the reaper's 3. */
int step_send_reaper(struct launch *l)
{
	int r = process_die_with_parent(l->status_fd);

	if (r < 0)
		return r;
	for (int i = 0; i < 3 && l->slave_fd >= 0; i++)
		if (dup2(l->slave_fd, i) < 0)
			return -errno;
	if (fcntl(l->status_fd, F_SETFD, 0) < 0)
		return -errno;
	k_execveat(l->reaper_fd, l->argv, environ);
	return -errno;
}
