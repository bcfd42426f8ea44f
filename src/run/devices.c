/* SPDX-License-Identifier: MIT */

#include "run/devices.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/mem.h"
#include "sub/device.h"
#include "sys/confine.h"
#include "sys/kernel.h"
#include "sys/mount.h"
#include "sys/process.h"

/* clang-format off */
static const struct node {
	const char *name;
	unsigned major, minor;
} nodes[] = {
	{ "null",	1, 3 },
	{ "zero",	1, 5 },
	{ "full",	1, 7 },
	{ "random",	1, 8 },
	{ "urandom",	1, 9 },
	{ "tty",	5, 0 },
};

static const struct directory {
	const char *name;
	mode_t mode;
} directories[] = {
	{ "pts",	0755 },
	{ "shm",	01777 },
};

static const struct link {
	const char *name, *to;
} links[] = {
	{ "fd",		"/proc/self/fd" },
	{ "stdin",	"/proc/self/fd/0" },
	{ "stdout",	"/proc/self/fd/1" },
	{ "stderr",	"/proc/self/fd/2" },
	{ "ptmx",	"pts/ptmx" },
};
/* clang-format on */

#define PTYS_MAX "512" /* the host has 3072 for all guests together */
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const int directory_flags =
	O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/* As their owner, who makes them. */
static int fill(int fd)
{
	for (size_t i = 0; i < COUNT(nodes); i++)
		if (mknodat(fd, nodes[i].name, S_IFCHR | 0666,
		            makedev(nodes[i].major, nodes[i].minor)) < 0)
			return -errno;
	for (size_t i = 0; i < COUNT(directories); i++)
		if (mkdirat(fd, directories[i].name, directories[i].mode) < 0)
			return -errno;
	for (size_t i = 0; i < COUNT(links); i++)
		if (symlinkat(links[i].to, fd, links[i].name) < 0)
			return -errno;
	return 0;
}

/* Make the directories above "net/tun" that are missing: the last of them.
 * The guest may have put symlinks in their place. */
static int open_above(int dev_fd, char **name)
{
	AUTO(fd) int fd = openat(dev_fd, ".", directory_flags);
	char *slash;

	for (; fd >= 0 && (slash = strchr(*name, '/')); *name = slash + 1) {
		int next_fd;

		*slash = '\0';
		if (mkdirat(fd, *name, 0755) < 0 && errno != EEXIST)
			return -errno;
		next_fd = openat(fd, *name, directory_flags);
		close(fd);
		fd = next_fd;
	}
	return fd < 0 ? -errno : fd_take(&fd);
}

/* What is there already may be the same device. */
static int make_node(int fd, const char *name, const struct device *d)
{
	struct stat st;

	if (!mknodat(fd, name, d->mode, d->number))
		return 0;
	if (errno != EEXIST || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return (st.st_mode & S_IFMT) == (d->mode & S_IFMT) &&
	                       st.st_rdev == d->number
	               ? 0
	               : -EEXIST;
}

int devices_add(int dev_fd, const struct device_list *more)
{
	for (size_t i = 0; i < more->n; i++) {
		AUTO(mem) char *path = mem_copy(more->v[i].name);
		char *name = path;
		AUTO(fd) int fd = open_above(dev_fd, &name);
		int r = fd < 0 ? fd : make_node(fd, name, &more->v[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

static int make_dev(uid_t base, const struct device_list *more)
{
	char id[16];
	const struct mount_option options[] = {
		{"mode", "0755"}, {"uid", id},  {"gid", id},
		{"size", "10%"},  {NULL, NULL},
	};
	AUTO(fd) int fd = -1;
	mode_t before;
	int r;

	snprintf(id, sizeof(id), "%u", base);
	fd = mount_new("tmpfs", options,
	               K_MOUNT_ATTR_NOSUID | K_MOUNT_ATTR_NOEXEC);
	if (fd < 0)
		return fd;
	r = confine_act_as(base);
	if (r < 0)
		return r;
	before = umask(0);
	r = fill(fd);
	if (!r)
		r = devices_add(fd, more);
	umask(before);
	confine_act_as(0);
	return r ? r : fd_take(&fd);
}

int devices_make(uid_t base, const struct device_list *more, int *ret_dev_fd,
                 int *ret_pts_fd, struct err *err)
{
	char gid[16];
	const struct mount_option options[] = {
		{"gid", gid},      {"mode", "0620"}, {"ptmxmode", "0666"},
		{"max", PTYS_MAX}, {NULL, NULL},
	};
	AUTO(fd) int dev_fd = make_dev(base, more);
	AUTO(fd) int pts_fd = -1;

	if (dev_fd < 0)
		return err_set(err, dev_fd, "cannot make its /dev");
	snprintf(gid, sizeof(gid), "%u", base + DEVICES_TTY_GID);
	pts_fd = mount_new("devpts", options,
	                   K_MOUNT_ATTR_NOSUID | K_MOUNT_ATTR_NOEXEC);
	if (pts_fd < 0)
		return err_set(err, pts_fd, "cannot make its /dev/pts");
	if (fchownat(pts_fd, "", base, base, AT_EMPTY_PATH) < 0)
		return err_set(err, -errno, "cannot give it its /dev/pts");
	*ret_dev_fd = fd_take(&dev_fd);
	*ret_pts_fd = fd_take(&pts_fd);
	return 0;
}

/* In a process of its own: enter the guest's mounts, no more, and find /dev. */
static int give(int init_fd, uid_t base, const struct device_list *more)
{
	AUTO(fd) int dev_fd = -1;
	int r;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    setns(init_fd, CLONE_NEWNS) < 0)
		return -errno;
	dev_fd = open("/dev", directory_flags);
	if (dev_fd < 0)
		return -errno;
	r = confine_act_as(base);
	umask(0);
	return r ? r : devices_add(dev_fd, more);
}

int devices_give(int init_fd, uid_t base, const struct device_list *more,
                 struct err *err)
{
	AUTO(process) struct process child = {.pid_fd = -1};
	int status = 0, r = process_clone(0, -1, &child);

	if (!r)
		_exit(-give(init_fd, base, more));
	if (r > 0)
		r = process_reap(&child, &status);
	if (r < 0 || status)
		return err_set(err, r < 0 ? r : -status,
		               "cannot make its new devices");
	return 0;
}
