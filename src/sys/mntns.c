/* SPDX-License-Identifier: MIT */

#include "sys/mntns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/auto.h"
#include "sys/kernel.h"
#include "sys/mount.h"
#include "sys/process.h"

static int make_points(void)
{
	static const char *const points[] = {MNTNS_POINT, "/proc", "/sys"};

	for (size_t i = 0; i < sizeof(points) / sizeof(*points); i++)
		if (mkdir(points[i], 0755) < 0)
			return -errno;
	return 0;
}

int mntns_enter_empty(void)
{
	static const struct mount_option options[] = {
		{"mode", "0755"}, {"size", "4m"}, {NULL, NULL}};
	AUTO(fd) int root_fd = -1;
	AUTO(fd) int fd = -1;
	int r;

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = mount_new("tmpfs", options, 0);
	if (root_fd < 0 || fd < 0)
		return root_fd < 0 ? -errno : fd;
	r = mount_attach(fd, root_fd);
	if (r < 0)
		return r;
	return fchdir(fd) < 0 ? -errno : 0;
}

/* In the maker: leave the host's tree for an almost empty one. */
static int leave_host(void)
{
	int r = mntns_enter_empty();

	if (r < 0)
		return r;
	if (k_pivot_root(".", ".") < 0 || umount2(".", MNT_DETACH) < 0 ||
	    chdir("/") < 0)
		return -errno;
	return make_points();
}

static void stay_on(int cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	sched_setaffinity(0, sizeof(set), &set); /* a wish: it may be offline */
}

int mntns_make_tiny(int cpu)
{
	AUTO(process) struct process child = {.pid_fd = -1};
	int out[2], back[2], answer = -ECHILD, status, r, fd = -1;
	char path[64], done;

	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(back, O_CLOEXEC) < 0) {
		r = -errno;
		close(out[0]);
		close(out[1]);
		return r;
	}
	r = process_clone(0, -1, &child);
	if (!r) {
		close(back[1]);
		stay_on(cpu);
		answer = leave_host();
		if (write(out[1], &answer, sizeof(answer)) == sizeof(answer))
			_exit(read(back[0], &done, 1) != 0);
		_exit(1);
	}
	close(out[1]);
	if (r > 0 && read(out[0], &answer, sizeof(answer)) == sizeof(answer) &&
	    !answer) {
		snprintf(path, sizeof(path), "/proc/%d/ns/mnt", child.pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		answer = fd < 0 ? -errno : fd;
	}
	close(back[1]);
	if (r > 0)
		process_reap(&child, &status);
	close(out[0]);
	close(back[0]);
	return r < 0 ? r : answer;
}

static int bind(const char *from, const char *to)
{
	return mount(from, to, NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}

/* A mount namespace cannot be pinned where its mount would spread to other
 * namespaces; there the file becomes a private mount of its own first. */
static int bind_namespace(int mntns_fd, const char *path)
{
	char from[40];
	int r;

	snprintf(from, sizeof(from), "/proc/self/fd/%d", mntns_fd);
	r = bind(from, path);
	if (r != -EINVAL)
		return r;
	r = bind(path, path);
	if (r < 0)
		return r;
	if (mount(NULL, path, NULL, MS_PRIVATE, NULL) < 0)
		return -errno;
	return bind(from, path);
}

static void path_at(int dir_fd, const char *name, char path[static 64])
{
	snprintf(path, 64, "/proc/self/fd/%d/%s", dir_fd, name);
}

int mntns_pin(int mntns_fd, int dir_fd, const char *name)
{
	AUTO(fd)
	int fd = openat(dir_fd, name, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	                0600);
	char path[64];
	int r;

	if (fd < 0)
		return -errno;
	path_at(dir_fd, name, path);
	r = bind_namespace(mntns_fd, path);
	if (r < 0)
		mntns_unpin(dir_fd, name);
	return r;
}

int mntns_open(int dir_fd, const char *name)
{
	AUTO(fd)
	int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return -errno;
	return fs.f_type == NSFS_MAGIC ? fd_take(&fd) : -ENOENT;
}

int mntns_unpin(int dir_fd, const char *name)
{
	char path[64];

	path_at(dir_fd, name, path);
	while (!umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW))
		;
	if (errno != EINVAL && errno != ENOENT)
		return -errno;
	return unlinkat(dir_fd, name, 0) < 0 && errno != ENOENT ? -errno : 0;
}
