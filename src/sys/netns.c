/* SPDX-License-Identifier: MIT */

#include "sys/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "sys/kernel.h"
#include "sys/link.h"
#include "sys/mount.h"

#define PATH_MAX_NETNS 128 /* NETNS_DIR and a name */

int netns_raise_lo(const char *alias)
{
	AUTO(netlink) struct netlink nl = NETLINK_NONE;
	int r = netlink_open(&nl);

	if (r < 0)
		return r;
	link_set(&nl, &(struct link_change){
			      .index = LINK_LO, .alias = alias, .up = 1});
	return netlink_do(&nl, NULL, NULL, NULL);
}

int netns_read_alias(int netns_fd, struct buf *b)
{
	AUTO(netlink) struct netlink nl = NETLINK_NONE;
	struct link lo;
	int r = netlink_open_in(&nl, netns_fd);

	if (!r)
		r = link_look(&nl, LINK_LO, &lo);
	if (!r)
		buf_puts(b, lo.alias);
	return r;
}

int netns_identify(int netns_fd, struct netns_identity *ret_identity)
{
	struct stat st;

	if (fstat(netns_fd, &st) < 0)
		return -errno;
	ret_identity->dev = st.st_dev;
	ret_identity->inode = st.st_ino;
	return 0;
}

static void path_of(const char *name, char path[static PATH_MAX_NETNS])
{
	snprintf(path, PATH_MAX_NETNS, NETNS_DIR "/%s", name);
}

int netns_pin(int netns_fd, const char *name)
{
	char path[PATH_MAX_NETNS], from[40];
	AUTO(fd) int fd = -1;
	int r = 0;

	if (mkdir(NETNS_DIR, 0755) < 0 && errno != EEXIST)
		return -errno;
	path_of(name, path);
	fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	snprintf(from, sizeof(from), "/proc/self/fd/%d", netns_fd);
	if (mount(from, path, NULL, MS_BIND, NULL) < 0) {
		r = -errno;
		unlink(path);
	}
	return r;
}

int netns_open(const char *name)
{
	char path[PATH_MAX_NETNS];
	AUTO(fd) int fd = -1;
	struct statfs fs;

	path_of(name, path);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) < 0)
		return -errno;
	return fs.f_type == NSFS_MAGIC ? fd_take(&fd) : -ENOENT;
}

int netns_unpin_leftover(const char *name)
{
	char path[PATH_MAX_NETNS];
	struct stat st;

	path_of(name, path);
	if (!lstat(path, &st) && S_ISREG(st.st_mode) && !st.st_size)
		unlink(path); /* busy, if anything is mounted there after all */
	return 0;
}

int netns_unpin(const char *name)
{
	char path[PATH_MAX_NETNS];

	path_of(name, path);
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 &&
	    errno != EINVAL && errno != ENOENT)
		return -errno;
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}
