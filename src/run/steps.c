/* SPDX-License-Identifier: MIT */
/*
 * With MOUNTS=no the child is the init: real root builds everything, then it
 * joins the user namespace, which so has no power over its mounts. With
 * MOUNTS=yes the child joins the user namespace first, makes the namespaces
 * anew in it, and gives birth to the init there.
 */
#include "run/steps.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "model/passwd.h"
#include "model/powers.h"
#include "sys/beneath.h"
#include "sys/confine.h"
#include "sys/kernel.h"
#include "sys/mount.h"
#include "sys/process.h"

#define PASSWD_MAX (1 << 20)
#define HIDDEN     (K_MOUNT_ATTR_NOSUID | K_MOUNT_ATTR_NODEV | K_MOUNT_ATTR_NOEXEC)

static int tell(const struct launch *l, int step, int code)
{
	struct fault fault = {.step = step, .code = code};

	return write(l->status_fd, &fault, sizeof(fault)) == sizeof(fault)
	               ? 0
	               : -EPIPE;
}

static int step_begin(struct launch *l)
{
	struct rlimit no_core = {0};
	sigset_t none;

	umask(022);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int sig = 1; sig < _NSIG; sig++)
		signal(sig, SIG_DFL);
	if (setrlimit(RLIMIT_CORE, &no_core) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -errno;
	return process_die_with_parent(l->status_fd);
}

static int step_launcher(struct launch *l)
{
	int own = CLONE_NEWNS | (l->mounts ? 0 : CLONE_NEWCGROUP);

	if (l->launcher_fd >= 0 && setns(l->launcher_fd, CLONE_NEWNS) < 0)
		return -errno;
	if (unshare(own) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	return 0;
}

static int step_net(struct launch *l)
{
	if (l->net_fd < 0)
		return 0;
	return setns(l->net_fd, CLONE_NEWNET) < 0 ? -errno : 0;
}

/* Attach a mount below live, on a place that the guest may have tampered
 * with: a symlink there is refused. */
static int attach_at(int mount_fd, int root_fd, const char *path)
{
	AUTO(fd) int on_fd = beneath_open(root_fd, path, false);

	return on_fd < 0 ? on_fd : mount_attach(mount_fd, on_fd);
}

static int step_root(struct launch *l)
{
	AUTO(fd) int on_fd = open(l->point, O_PATH | O_CLOEXEC);

	return on_fd < 0 ? -errno : mount_attach(l->live_fd, on_fd);
}

static int step_dev(struct launch *l)
{
	int r = attach_at(l->dev_fd, l->live_fd, "dev");

	return r ? r : attach_at(l->pts_fd, l->dev_fd, "pts");
}

/* /dev/console: init's terminal, or nothing. */
static int step_console(struct launch *l)
{
	AUTO(fd) int fd = -1;
	char name[16];

	if (l->terminal < 0) {
		fd = mount_clone(l->dev_fd, "null", false);
	} else {
		snprintf(name, sizeof(name), "%d", l->terminal);
		fd = mount_clone(l->pts_fd, name, false);
	}
	return fd < 0 ? fd : attach_at(fd, l->dev_fd, "console");
}

static int attach_new(const char *type, uint64_t attrs, int root_fd,
                      const char *path)
{
	static const struct mount_option none[] = {{NULL, NULL}};
	AUTO(fd) int fd = mount_new(type, none, HIDDEN | attrs);

	return fd < 0 ? fd : attach_at(fd, root_fd, path);
}

/* A user namespace may mount these only where it sees them already. */
static int step_visible(struct launch *l)
{
	AUTO(fd) int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	(void)l;
	if (root_fd < 0)
		return -errno;
	r = attach_new("proc", 0, root_fd, "proc");
	return r ? r : attach_new("sysfs", K_MOUNT_ATTR_RDONLY, root_fd, "sys");
}

static int join_user(struct launch *l)
{
	int r;

	if (l->user_fd < 0)
		return 0;
	if (setns(l->user_fd, CLONE_NEWUSER) < 0)
		return -errno;
	r = confine_become(0, 0, NULL, 0);
	/* A change of ids forgets both. */
	if (!r && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		r = -errno;
	return r ? r : process_die_with_parent(l->status_fd);
}

static int step_join_first(struct launch *l)
{
	int r = join_user(l);

	if (r)
		return r;
	return unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC |
	               CLONE_NEWCGROUP) < 0
	               ? -errno
	               : 0;
}

static int step_bear(struct launch *l)
{
	AUTO(process) struct process init = {.pid_fd = -1};
	int r = process_clone(CLONE_NEWPID | CLONE_PARENT, -1, &init);

	if (!r)
		return process_die_with_parent(l->status_fd);
	if (r > 0)
		_exit(tell(l, STEP_BORN, init.pid) < 0);
	return r;
}

/* In a mount namespace copied from a mightier one every mount is locked to its
 * place; a copy of the tree is not. */
static int step_unlock(struct launch *l)
{
	AUTO(fd) int on_fd = open(l->point, O_PATH | O_CLOEXEC);
	int fd, r;

	if (on_fd < 0)
		return -errno;
	fd = mount_clone(on_fd, "", true);
	if (fd < 0)
		return fd;
	r = mount_attach(fd, on_fd);
	close(l->live_fd);
	l->live_fd = fd;
	return r;
}

static int mount_sys(struct launch *l)
{
	AUTO(fd) int fd = -1;

	if (!l->mounts || l->net_fd >= 0)
		return attach_new("sysfs", K_MOUNT_ATTR_RDONLY, l->live_fd,
		                  "sys");
	/* A guest in the host's network does not own it, nor may mount it. */
	fd = mount_clone(AT_FDCWD, "/sys", false);
	return fd < 0 ? fd : attach_at(fd, l->live_fd, "sys");
}

/* Without a user namespace guest root is the host's to these files. */
static int protect_proc(struct launch *l)
{
	static const char *const paths[] = {"proc/sys", "proc/sysrq-trigger",
	                                    "proc/irq", "proc/bus", "proc/fs"};
	int r = 0;

	for (size_t i = 0; !r && i < sizeof(paths) / sizeof(*paths); i++) {
		AUTO(fd) int on_fd = beneath_open(l->live_fd, paths[i], false);
		AUTO(fd) int fd = -1;

		if (on_fd == -ENOENT)
			continue; /* this kernel has none */
		fd = on_fd < 0 ? on_fd : mount_clone(on_fd, "", false);
		r = fd < 0 ? fd
		           : mount_shape(fd, HIDDEN | K_MOUNT_ATTR_RDONLY, 0,
		                         false);
		if (!r)
			r = mount_attach(fd, on_fd);
	}
	return r;
}

static int step_kernel(struct launch *l)
{
	int r = attach_new("proc", 0, l->live_fd, "proc");

	if (!r && l->user_fd < 0)
		r = protect_proc(l);
	if (!r)
		r = mount_sys(l);
	if (r < 0)
		return r;
	r = attach_new("cgroup2", l->mounts ? 0 : K_MOUNT_ATTR_RDONLY,
	               l->live_fd, "sys/fs/cgroup");
	/* A kernel without cgroups has no place for them. */
	return r == -ENODEV || r == -ENOENT ? 0 : r;
}

static int step_pivot(struct launch *l)
{
	if (fchdir(l->live_fd) < 0 || k_pivot_root(".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return -errno;
	return 0;
}

static int step_join_last(struct launch *l)
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

static int step_names(struct launch *l)
{
	(void)l;
	return unshare(CLONE_NEWUTS | CLONE_NEWIPC) < 0 ? -errno : 0;
}

/* The caller's session keyring is not the guest's. */
static int step_keyring(struct launch *l)
{
	(void)l;
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 &&
	    errno != ENOSYS)
		return -errno;
	return 0;
}

static int step_hostname(struct launch *l)
{
	return sethostname(l->hostname, strlen(l->hostname)) < 0 ? -errno : 0;
}

static int step_capabilities(struct launch *l)
{
	return confine_capabilities(
		powers_kept(l->user_fd >= 0, l->net_fd >= 0, l->mounts));
}

static int step_terminal(struct launch *l)
{
	AUTO(fd) int fd = -1;
	char path[32];

	if (setsid() < 0)
		return -errno;
	if (l->terminal < 0)
		return 0;
	snprintf(path, sizeof(path), "/dev/pts/%d", l->terminal);
	fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
		return -errno;
	for (int i = 0; i < 3; i++)
		if (dup2(fd, i) < 0)
			return -errno;
	return 0;
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
	r = file_read(AT_FDCWD, "/etc/passwd", PASSWD_MAX, &users);
	if (r < 0 && r != -ENOENT)
		return r;
	r = file_read(AT_FDCWD, "/etc/group", PASSWD_MAX, &groups);
	if (r < 0 && r != -ENOENT)
		return r;
	return passwd_find(buf_text(&users), buf_text(&groups), l->user, p);
}

static int step_user(struct launch *l)
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

static int step_workdir(struct launch *l)
{
	return l->workdir && chdir(l->workdir) < 0 ? -errno : 0;
}

#define FIRST_OTHER 3 /* after the standard descriptors */

/* Nothing of the host stays open but what reports, and dies, at exec. Both
 * descriptors go out of the way first: they may be any number. */
static int step_close(struct launch *l)
{
	int *kept[2] = {&l->status_fd, &l->reaper_fd};
	int next = FIRST_OTHER;

	for (int i = 0; i < 2; i++) {
		if (*kept[i] < 0)
			continue;
		*kept[i] = fcntl(*kept[i], F_DUPFD_CLOEXEC, FIRST_OTHER + 2);
		if (*kept[i] < 0)
			return -errno;
	}
	for (int i = 0; i < 2; i++) {
		if (*kept[i] < 0)
			continue;
		*kept[i] = dup3(*kept[i], next++, O_CLOEXEC);
		if (*kept[i] < 0)
			return -errno;
	}
	return k_close_range((unsigned)next, ~0u) < 0 ? -errno : 0;
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

static int step_exec(struct launch *l)
{
	int r = process_die_with_parent(l->status_fd);

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

enum when { ALWAYS, PLAIN, OWN_MOUNTS };

/* clang-format off */
static const struct step {
	const char *what;		/* completes "cannot ..." */
	int (*run)(struct launch *);
	enum when when;
	enum about about;
} steps[] = {
	{ "prepare its first process",		step_begin },
	{ "leave the host's mount namespace",			step_launcher },
	{ "join its network namespace",		step_net },
	{ "attach its root",			step_root },
	{ "mount its /dev",			step_dev },
	{ "make its /dev/console",		step_console },
	{ "mount /proc and /sys to show it",	step_visible,	OWN_MOUNTS },
	{ "make namespaces in its user namespace", step_join_first, OWN_MOUNTS },
	{ "bear its init",			step_bear,	OWN_MOUNTS },
	{ "unlock its root",			step_unlock,	OWN_MOUNTS },
	{ "mount its /proc and /sys",		step_kernel },
	{ "enter its root",			step_pivot },
	{ "join its user namespace",		step_join_last,	PLAIN },
	{ "make its uts and ipc namespaces",	step_names,	PLAIN },
	{ "set its hostname",			step_hostname },
	{ "give it a session keyring",		step_keyring },
	{ "take its capabilities",		step_capabilities },
	{ "give it its terminal",		step_terminal },
	{ "become the user",			step_user,	ALWAYS, ABOUT_USER },
	{ "enter the directory",		step_workdir,	ALWAYS,
	  ABOUT_WORKDIR },
	{ "close what is the host's",		step_close },
	{ "run",				step_exec,	ALWAYS, ABOUT_COMMAND },
};
/* clang-format on */

#define STEPS ((int)(sizeof(steps) / sizeof(*steps)))

static bool is_wanted(const struct step *s, const struct launch *l)
{
	return s->when == ALWAYS || (s->when == OWN_MOUNTS) == l->mounts;
}

void steps_run(struct launch *l)
{
	for (int i = 0; i < STEPS; i++) {
		int r = is_wanted(&steps[i], l) ? steps[i].run(l) : 0;

		if (r < 0) {
			tell(l, i, r);
			break;
		}
	}
	_exit(125);
}

const char *steps_what(int step)
{
	return step >= 0 && step < STEPS ? steps[step].what : "start";
}

enum about steps_about(int step)
{
	return step >= 0 && step < STEPS ? steps[step].about : ABOUT_NOTHING;
}
