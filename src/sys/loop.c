/* SPDX-License-Identifier: MIT */

#include "sys/loop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"

#define TRIES 64 /* others look for a free device too */

_Static_assert(sizeof(((struct loop *)0)->mark) == LO_NAME_SIZE,
               "the kernel's");

static void dir_auto(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* The device's number: the minor is not N when loop.max_part is set. */
static int read_number(unsigned n, dev_t *ret_number)
{
	AUTO(buf) struct buf b = {0};
	unsigned major_number, minor_number;
	char path[48];
	int r;

	snprintf(path, sizeof(path), "/sys/block/loop%u/dev", n);
	r = file_read(AT_FDCWD, path, 64, &b);
	if (r < 0)
		return r;
	if (sscanf(buf_text(&b), "%u:%u", &major_number, &minor_number) != 2)
		return -EPROTO;
	*ret_number = makedev(major_number, minor_number);
	return 0;
}

/* Open /dev/loopN, making it where no devtmpfs does. */
static int open_device(unsigned n, int flags)
{
	AUTO(fd) int fd = -1;
	struct stat st;
	char path[24];
	dev_t number;
	int r = read_number(n, &number);

	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/dev/loop%u", n);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		if (mknod(path, S_IFBLK | 0660, number) < 0 && errno != EEXIST)
			return -errno;
		fd = open(path, flags | O_CLOEXEC);
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISBLK(st.st_mode) || st.st_rdev != number)
		return -ENOTBLK;
	return fd_take(&fd);
}

/* Did the device go away, or lose its file, since its name was read? */
static bool is_gone(int code)
{
	return code == -ENXIO || code == -ENOENT || code == -ENODEV;
}

static void describe(unsigned n, int fd, const struct loop_info64 *info,
                     struct loop *ret_loop)
{
	*ret_loop = (struct loop){
		.fd = fd,
		.read_only = info->lo_flags & LO_FLAGS_READ_ONLY,
		.autoclear = info->lo_flags & LO_FLAGS_AUTOCLEAR,
		.offset = info->lo_offset,
		.size = info->lo_sizelimit,
	};
	snprintf(ret_loop->path, sizeof(ret_loop->path), "/dev/loop%u", n);
	memcpy(ret_loop->mark, info->lo_file_name, LO_NAME_SIZE - 1);
}

/* 0, -EBUSY when somebody was faster, or -errno. */
static int configure(unsigned n, const struct loop_config *config,
                     struct loop *ret_loop)
{
	bool read_only = config->info.lo_flags & LO_FLAGS_READ_ONLY;
	AUTO(fd) int fd = open_device(n, read_only ? O_RDONLY : O_RDWR);
	AUTO(fd) int reading_fd = -1;
	struct loop_info64 info = {0};

	if (is_gone(fd))
		return -EBUSY;
	if (fd < 0)
		return fd;
	if (ioctl(fd, LOOP_CONFIGURE, config) < 0)
		return -errno;
	/* Some kernels mount nothing that is open for writing. */
	reading_fd = open_device(n, O_RDONLY);
	if (reading_fd < 0)
		return reading_fd;
	if (ioctl(reading_fd, LOOP_GET_STATUS64, &info) < 0)
		return -errno;
	describe(n, fd_take(&reading_fd), &info, ret_loop);
	return 0;
}

int loop_attach(const struct loop_request *req, struct loop *ret_loop)
{
	struct loop_config config = {
		.fd = (uint32_t)req->fd,
		.info.lo_flags = LO_FLAGS_AUTOCLEAR,
		.info.lo_offset = req->offset,
		.info.lo_sizelimit = req->size,
	};
	AUTO(fd) int control_fd = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	int r = -EBUSY;

	if (control_fd < 0)
		return -errno;
	if (req->read_only)
		config.info.lo_flags |= LO_FLAGS_READ_ONLY;
	memcpy(config.info.lo_file_name, req->mark,
	       strnlen(req->mark, LO_NAME_SIZE - 1));
	for (int i = 0; r == -EBUSY && i < TRIES; i++) {
		int n = ioctl(control_fd, LOOP_CTL_GET_FREE);

		if (n < 0)
			return -errno;
		r = configure((unsigned)n, &config, ret_loop);
	}
	return r;
}

static int look(unsigned n, const struct stat *file, loop_fn *fn, void *data)
{
	AUTO(fd) int fd = open_device(n, O_RDONLY);
	struct loop_info64 info = {0};
	struct loop l;

	if (fd < 0)
		return is_gone(fd) ? 0 : fd;
	if (ioctl(fd, LOOP_GET_STATUS64, &info) < 0)
		return is_gone(-errno) ? 0 : -errno;
	if (info.lo_device != file->st_dev || info.lo_inode != file->st_ino)
		return 0;
	describe(n, fd, &info, &l);
	return fn(&l, data);
}

int loop_each(int file_fd, loop_fn *fn, void *data)
{
	AUTO(dir) DIR *dir = opendir("/sys/block");
	struct dirent *e;
	struct stat file;
	int r = 0;

	if (!dir || fstat(file_fd, &file) < 0)
		return -errno;
	while (!r && (e = readdir(dir))) {
		char path[64];
		unsigned n;

		if (sscanf(e->d_name, "loop%u", &n) != 1)
			continue;
		/* An idle device has no such file, and is left unopened. */
		snprintf(path, sizeof(path), "loop%u/loop/backing_file", n);
		if (!faccessat(dirfd(dir), path, F_OK, 0))
			r = look(n, &file, fn, data);
	}
	return r;
}

bool loop_is_claimed(const struct loop *l)
{
	AUTO(fd) int fd = open(l->path, O_RDONLY | O_EXCL | O_CLOEXEC);

	return fd < 0 && errno == EBUSY;
}

bool loop_has_mark(const char *path, const char *mark)
{
	AUTO(fd) int fd = -1;
	struct loop_info64 info = {0};

	if (strncmp(path, "/dev/loop", strlen("/dev/loop")))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || ioctl(fd, LOOP_GET_STATUS64, &info) < 0)
		return false;
	return !strncmp((const char *)info.lo_file_name, mark,
	                sizeof(info.lo_file_name) - 1);
}
