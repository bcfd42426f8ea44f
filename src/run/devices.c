/* SPDX-License-Identifier: MIT */

#include "run/devices.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/err.h"
#include "sys/confine.h"
#include "sys/kernel.h"
#include "sys/mount.h"

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

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

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

static int make_dev(uid_t base)
{
	char id[16];
	const struct mount_option options[] = {
		{"mode", "0755"}, {"uid", id},  {"gid", id},
		{"size", "10%"},  {NULL, NULL},
	};
	AUTO(fd) int fd = -1;
	AUTO(fd) int console_fd = -1;
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
	if (!r) { /* something to mount the console on */
		console_fd =
			openat(fd, "console",
		               O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		r = console_fd < 0 ? -errno : 0;
	}
	umask(before);
	confine_act_as(0);
	return r ? r : fd_take(&fd);
}

int devices_make(uid_t base, int *ret_dev_fd, int *ret_pts_fd, struct err *err)
{
	char gid[16];
	const struct mount_option options[] = {
		{"gid", gid},
		{"mode", "0620"},
		{"ptmxmode", "0666"},
		{NULL, NULL},
	};
	AUTO(fd) int dev_fd = make_dev(base);
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
