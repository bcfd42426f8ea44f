/* SPDX-License-Identifier: MIT */
/* What the guest will be: its namespaces, powers, terminal, user, program. */
#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "model/passwd.h"
#include "run/filter.h"
#include "run/launch_steps.h"
#include "run/steps.h"
#include "sys/cgroup_old.h"
#include "sys/confine.h"
#include "sys/kernel.h"
#include "sys/process.h"

#define PASSWD_MAX (1 << 20)

/* Born in its cgroup of version 2, it joins those of version 1 by itself: what
 * has one thread moves in no time. */
int step_cgroups(struct launch *l)
{
	return cgroup_old_join(l->old);
}

int step_net(struct launch *l)
{
	if (l->net_fd < 0)
		return 0;
	return setns(l->net_fd, CLONE_NEWNET) < 0 ? -errno : 0;
}

int become_root_there(struct launch *l)
{
	int r = confine_become(0, 0, NULL, 0);

	/* A change of ids forgets both. */
	if (!r && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		r = -errno;
	return r ? r : process_die_with_parent(l->status_fd);
}

static int join_user(struct launch *l)
{
	if (l->user_fd < 0)
		return 0;
	if (setns(l->user_fd, CLONE_NEWUSER) < 0)
		return -errno;
	return become_root_there(l);
}

int step_join_first(struct launch *l)
{
	int r = join_user(l);

	if (r)
		return r;
	return unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC |
	               CLONE_NEWCGROUP) < 0
	               ? -errno
	               : 0;
}

int become_child(struct launch *l, uint64_t flags)
{
	AUTO(process) struct process child = {.pid_fd = -1};
	int r = process_clone(flags | CLONE_PARENT, -1, &child);

	if (!r)
		return process_die_with_parent(l->status_fd);
	if (r > 0)
		_exit(steps_tell(l, STEP_BORN, child.pid) < 0);
	return r;
}

int step_bear(struct launch *l)
{
	return become_child(l, CLONE_NEWPID);
}

int step_join_last(struct launch *l)
{
	AUTO(fd) int limits_fd = open("/proc/sys/user", O_PATH | O_CLOEXEC);
	int r;

	if (l->user_fd < 0)
		return 0;
	if (limits_fd < 0)
		return -errno;
	r = join_user(l);
	/* The files show the limits of who opens them. In a mount namespace
	 * that it makes itself, root of a user namespace may mount. */
	if (!r)
		r = file_write(limits_fd, "max_mnt_namespaces", "0");
	return r ? r : file_write(limits_fd, "max_user_namespaces", "0");
}

int step_names(struct launch *l)
{
	(void)l;
	return unshare(CLONE_NEWUTS | CLONE_NEWIPC) < 0 ? -errno : 0;
}

/* The caller's session keyring is not the guest's. */
int step_keyring(struct launch *l)
{
	(void)l;
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 &&
	    errno != ENOSYS)
		return -errno;
	return 0;
}

int step_hostname(struct launch *l)
{
	return sethostname(l->hostname, strlen(l->hostname)) < 0 ? -errno : 0;
}

/* While it has CAP_SYS_ADMIN in its user namespace: else no_new_privs would be
 * needed. What is done from here on has to pass. */
int step_filter(struct launch *l)
{
	return l->filter->n ? confine_filter(l->filter->code, l->filter->n) : 0;
}

int step_capabilities(struct launch *l)
{
	return confine_capabilities(l->capabilities);
}

int step_terminal(struct launch *l)
{
	AUTO(fd) int fd = -1;
	char path[32];

	if (setsid() < 0)
		return -errno;
	if (l->terminal < 0 && l->slave_fd < 0)
		return 0;
	snprintf(path, sizeof(path), "/dev/pts/%d", l->terminal);
	fd = l->slave_fd >= 0 ? fd_take(&l->slave_fd)
	                      : open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
		return -errno;
	for (int i = 0; i < 3; i++)
		if (dup2(fd, i) < 0)
			return -errno;
	return 0;
}

/* A file of the guest's, which may have put anything there: nobody waits. */
static int read_plain(const char *path, struct buf *b)
{
	AUTO(fd)
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? file_read_fd(fd, PASSWD_MAX, b) : -EINVAL;
}

static int find_user(const struct launch *l, struct passwd *p)
{
	AUTO(buf) struct buf users = {0}, groups = {0};
	int r;

	*p = (struct passwd){.home = "/"};
	if (!l->user) {
		snprintf(p->home, sizeof(p->home), "/root");
		return 0;
	}
	r = read_plain("/etc/passwd", &users);
	if (!r)
		r = read_plain("/etc/group", &groups);
	if (r < 0)
		return r;
	return passwd_find(buf_text(&users), buf_text(&groups), l->user, p);
}

int step_user(struct launch *l)
{
	struct passwd p;
	int r = find_user(l, &p);

	if (r < 0)
		return r;
	environ = (char **)(uintptr_t)l->envp;
	setenv("HOME", p.home, 0);
	setenv("USER", l->user ? l->user : "root", 0);
	if (l->user && p.uid)
		r = confine_become(p.uid, p.gid, p.groups, p.n_groups);
	if (!r && chdir(p.home) < 0 && chdir("/") < 0)
		r = -errno;
	return r;
}

int step_workdir(struct launch *l)
{
	return l->workdir && chdir(l->workdir) < 0 ? -errno : 0;
}

#define FIRST_OTHER 3 /* after the standard descriptors */
#define KEPT        4

/* Nothing of the host stays open but what reports, and dies, at exec; and what
 * the reaper keeps, whose numbers it knows. They go out of the way first: they
 * may be any number. */
int step_close(struct launch *l)
{
	int *kept[KEPT] = {&l->status_fd, &l->reaper_fd, &l->console_fd,
	                   &l->page_fd};
	int next = FIRST_OTHER;

	for (int i = 0; i < KEPT; i++) {
		if (*kept[i] < 0)
			continue;
		*kept[i] = fcntl(*kept[i], F_DUPFD_CLOEXEC, FIRST_OTHER + KEPT);
		if (*kept[i] < 0)
			return -errno;
	}
	for (int i = 0; i < KEPT; i++) {
		if (*kept[i] < 0)
			continue;
		*kept[i] = dup3(*kept[i], next++, O_CLOEXEC);
		if (*kept[i] < 0)
			return -errno;
	}
	return k_close_range((unsigned)next, ~0u) < 0 ? -errno : 0;
}

int step_no_new_privs(struct launch *l)
{
	if (!l->no_new_privs)
		return 0;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

static int run_shell(void)
{
	static char bash[] = "/bin/bash", sh[] = "/bin/sh", login[] = "-l";
	char *argv[] = {bash, login, NULL};

	execv(bash, argv);
	if (errno != ENOENT)
		return -errno;
	argv[0] = sh;
	execv(sh, argv);
	return -errno;
}

/* What the reaper gets; for what it runs, it closes that again. There is no
 * other process yet that could take it from it. */
static int leave_open(const struct launch *l)
{
	const int fds[] = {l->status_fd, l->console_fd, l->page_fd};

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		if (fds[i] >= 0 && fcntl(fds[i], F_SETFD, 0) < 0)
			return -errno;
	return 0;
}

int step_exec(struct launch *l)
{
	int r = l->outlives ? process_outlive_parent()
	                    : process_die_with_parent(l->status_fd);

	if (!r && l->reaps)
		r = leave_open(l);
	if (r < 0)
		return r;
	if (!l->argv[0])
		return run_shell();
	if (l->reaper_fd >= 0)
		k_execveat(l->reaper_fd, l->argv, environ);
	else
		execvp(l->argv[0], l->argv);
	return -errno;
}
