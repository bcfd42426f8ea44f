/* SPDX-License-Identifier: MIT */
/* One file of a tree that is copied: its bytes and its nature. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "manage/copy.h"
#include "manage/interrupt.h"
#include "manage/progress.h"

#define CHUNK      (8 << 20) /* at once, between looks at what we are told */
#define BLOCK      (128 << 10)
#define NAMES_MAX  (64 << 10) /* XATTR_LIST_MAX */
#define VALUE_MAX_ (64 << 10) /* XATTR_SIZE_MAX */

static void count(struct progress *progress, uint64_t bytes)
{
	if (progress)
		progress_add(progress, 0, bytes);
}

/* By reading and writing, where the kernel cannot. */
static ssize_t carry(int from_fd, int to_fd, off_t *at, size_t len)
{
	AUTO(mem) char *bytes = mem_new0(BLOCK);
	ssize_t n = pread(from_fd, bytes, len < BLOCK ? len : BLOCK, *at);
	ssize_t done = 0;

	while (n > 0 && done < n) {
		ssize_t m = pwrite(to_fd, bytes + done, (size_t)(n - done),
		                   *at + done);

		if (m < 0 && errno != EINTR)
			return -1;
		done += m > 0 ? m : 0;
	}
	*at += n > 0 ? n : 0;
	return n;
}

static ssize_t copy_some(int from_fd, int to_fd, off_t *at, size_t len)
{
	off_t to = *at;
	ssize_t n = copy_file_range(from_fd, at, to_fd, &to, len, 0);

	if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS ||
	              errno == EOPNOTSUPP || errno == EIO))
		return carry(from_fd, to_fd, at, len);
	/* Files of /proc and the like say that they have no bytes. */
	return n ? n : carry(from_fd, to_fd, at, len);
}

static int copy_part(int from_fd, int to_fd, off_t at, off_t end,
                     struct progress *progress)
{
	struct err ignored;

	while (at < end) {
		size_t len = (size_t)(end - at);
		ssize_t n = copy_some(from_fd, to_fd, &at,
		                      len < CHUNK ? len : CHUNK);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (interrupt_check(&ignored) < 0)
			return -EINTR;
		if (!n)
			return 0; /* it has become shorter */
		count(progress, n > 0 ? (uint64_t)n : 0);
	}
	return 0;
}

int copy_bytes(int from_fd, int to_fd, uint64_t size, struct progress *progress)
{
	off_t at = 0, end = (off_t)size;
	int r = 0;

	if (size && !ioctl(to_fd, FICLONE, from_fd)) {
		count(progress, size);
		return 0;
	}
	while (!r && at < end) {
		off_t data = lseek(from_fd, at, SEEK_DATA), hole;

		if (data < 0 && errno == ENXIO)
			break; /* a hole up to the end */
		data = data < 0 ? at : data;
		hole = lseek(from_fd, data, SEEK_HOLE);
		hole = hole < 0 || hole > end ? end : hole;
		r = copy_part(from_fd, to_fd, data, hole, progress);
		at = hole;
	}
	return r < 0 ? r : ftruncate(to_fd, end) < 0 ? -errno : 0;
}

/* An overlay's own notes: where a file came from counts for that overlay
 * alone; what it hides, and another name of it below, are part of the tree. */
static bool is_kept(const char *name, bool is_faithful)
{
	static const char overlay[] = "trusted.overlay.";
	static const char *const past[] = {"origin", "nlink", "impure",
	                                   "upper"};

	if (strncmp(name, overlay, sizeof(overlay) - 1))
		return true;
	for (size_t i = 0; is_faithful && i < sizeof(past) / sizeof(*past); i++)
		if (!strcmp(name + sizeof(overlay) - 1, past[i]))
			return false;
	return is_faithful;
}

/* Where a filesystem has no such attributes, the file is worth more than
 * they are. */
static int copy_attribute(int from_fd, int to_fd, const char *name,
                          unsigned *lost)
{
	AUTO(mem) char *value = mem_new0(VALUE_MAX_);
	ssize_t n = fgetxattr(from_fd, name, value, VALUE_MAX_);

	if (n < 0)
		return errno == ENODATA ? 0 : -errno;
	if (!fsetxattr(to_fd, name, value, (size_t)n, 0))
		return 0;
	if (errno != EOPNOTSUPP && errno != EPERM)
		return -errno;
	++*lost;
	return 0;
}

static int copy_attributes(int from_fd, int to_fd, bool is_faithful,
                           unsigned *lost)
{
	AUTO(mem) char *names = NULL;
	ssize_t n = flistxattr(from_fd, NULL, 0);
	int r = 0;

	if (n <= 0)
		return !n || errno == EOPNOTSUPP ? 0 : -errno;
	names = mem_new0(NAMES_MAX + 1);
	n = flistxattr(from_fd, names, NAMES_MAX);
	if (n < 0)
		return -errno;
	for (char *name = names; !r && name < names + n;
	     name += strlen(name) + 1)
		if (is_kept(name, is_faithful))
			r = copy_attribute(from_fd, to_fd, name, lost);
	return r;
}

int copy_nature(int from_fd, int to_fd, const struct stat *st, bool is_faithful,
                unsigned *lost)
{
	const struct timespec times[] = {st->st_atim, st->st_mtim};
	int r;

	/* In this order: a new owner takes setuid and capabilities away. */
	if (fchown(to_fd, st->st_uid, st->st_gid) < 0)
		return -errno;
	r = copy_attributes(from_fd, to_fd, is_faithful, lost);
	if (r < 0)
		return r;
	if (fchmod(to_fd, st->st_mode & 07777) < 0 ||
	    futimens(to_fd, times) < 0)
		return -errno;
	return 0;
}
