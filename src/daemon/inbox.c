/* SPDX-License-Identifier: MIT */

#include "daemon/inbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cast/message.h"
#include "sys/beneath.h"
#include "sys/confine.h"

#define PIECE   2048 /* bytes of a listing: 64 entries of usual names */
#define SETTLED 100  /* ms since a file that is only listed was changed */

int inbox_open(int root_fd)
{
	return beneath_open_flags(root_fd, "/" INBOX_FOLDER, false,
	                          O_PATH | O_DIRECTORY);
}

int inbox_list(int dir_fd, off_t *offset,
               bool (*wanted)(void *arg, const char *name), void *arg)
{
	_Alignas(struct dirent64) char piece[PIECE];
	AUTO(fd) int fd = openat(dir_fd, ".", O_RDONLY | O_CLOEXEC);
	const struct dirent64 *e;
	long n;

	if (fd < 0 || (*offset && lseek(fd, *offset, SEEK_SET) < 0))
		return -errno;
	n = syscall(SYS_getdents64, fd, piece, sizeof(piece));
	if (n < 0)
		return -errno;
	for (long at = 0; at < n; at += e->d_reclen) {
		e = (const struct dirent64 *)(piece + at);
		if (!wanted(arg, e->d_name))
			return 1;
		*offset = (off_t)e->d_off;
	}
	return n > 0;
}

static int64_t in_ms(const struct timespec *t)
{
	return (int64_t)t->tv_sec * 1000 + t->tv_nsec / 1000000;
}

/* A clock that was put back does not make it wait. */
bool inbox_is_fresh(int dir_fd, const char *file)
{
	struct timespec now;
	struct stat st;
	int64_t age;

	if (fstatat(dir_fd, file, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode))
		return false;
	clock_gettime(CLOCK_REALTIME, &now);
	age = in_ms(&now) - in_ms(&st.st_ctim);
	return age >= 0 && age < SETTLED;
}

/* Has anybody got it open for writing? A lease can only be had when nobody
 * has; where a filesystem knows none, it cannot be told. */
static bool is_being_written(int fd)
{
	bool written = fcntl(fd, F_SETLEASE, F_RDLCK) < 0 && errno == EAGAIN;

	fcntl(fd, F_SETLEASE, F_UNLCK);
	return written;
}

/* As guest root: the host's root has no id in an idmapped filesystem. */
static int remove_file(const struct inbox_file *f)
{
	int r = confine_act_as(f->base);

	if (!r && unlinkat(f->dir_fd, f->name, 0) < 0)
		r = -errno;
	if (confine_act_as(0) < 0)
		_exit(1); /* nothing must go on as a guest */
	return r;
}

static int refuse(const struct inbox_file *f, const char *why, struct err *err)
{
	int r = remove_file(f);

	return err_say(err, r < 0 ? -EPERM : -EINVAL, "%s", why);
}

static const char *fault_of(const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		return "a directory is no request";
	if (S_ISLNK(st->st_mode))
		return "a symlink is no request";
	if (!S_ISREG(st->st_mode))
		return "only a plain file is a request";
	if (st->st_nlink != 1)
		return "a file with other hard links is no request";
	if (st->st_size > MESSAGE_MAX)
		return "a request has at most 4096 bytes";
	return NULL;
}

/* Read what is there, at most a byte more than a message has. */
static int read_all(int fd, struct buf *bytes)
{
	char chunk[MESSAGE_MAX + 1];
	ssize_t n = pread(fd, chunk, sizeof(chunk), 0);

	if (n < 0)
		return -errno;
	buf_add(bytes, chunk, (size_t)n);
	return 0;
}

/* It has gone from the folder, and is what it was? */
static bool is_whole(int fd, const struct buf *bytes)
{
	struct stat st;

	return !fstat(fd, &st) && !st.st_nlink &&
	       (size_t)st.st_size == bytes->len;
}

static int take_open(const struct inbox_file *f, int fd, struct buf *bytes,
                     struct err *err)
{
	int r;

	if (is_being_written(fd))
		return -EBUSY;
	/* Removed first: what cannot be removed would be done for ever. */
	r = remove_file(f);
	if (r == -ENOENT)
		return r;
	if (r < 0)
		return err_say(err, -EPERM, "it cannot be removed: %s",
		               strerror(-r));
	if (read_all(fd, bytes) < 0)
		return err_say(err, -EINVAL, "it cannot be read");
	return is_whole(fd, bytes)
	               ? 0
	               : err_say(err, -EINVAL, "it changed while it was read");
}

int inbox_take(const struct inbox_file *f, struct buf *bytes, struct err *err)
{
	AUTO(fd)
	int path_fd =
		openat(f->dir_fd, f->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	AUTO(fd) int fd = -1;
	const char *fault;
	char path[40];
	struct stat st;

	if (path_fd < 0 || fstat(path_fd, &st) < 0)
		return errno == ENOENT
		               ? -ENOENT
		               : err_say(err, -EPERM, "it cannot be looked at");
	fault = fault_of(&st);
	if (fault)
		return refuse(f, fault, err);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", path_fd);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == EWOULDBLOCK)
		return refuse(f, "a file under a lease is no request", err);
	if (fd < 0)
		return refuse(f, "it cannot be opened", err);
	return take_open(f, fd, bytes, err);
}
