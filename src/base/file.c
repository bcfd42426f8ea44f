/* SPDX-License-Identifier: MIT */

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"

int file_read_fd(int fd, size_t max, struct buf *b)
{
	char chunk[4096];
	size_t total = 0;
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		total += (size_t)n;
		if (total > max)
			return -EFBIG;
		buf_add(b, chunk, (size_t)n);
	}
	return 0;
}

int file_read(int dir_fd, const char *path, size_t max, struct buf *b)
{
	AUTO(fd) int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return file_read_fd(fd, max, b);
}

int file_write(int dir_fd, const char *path, const char *text)
{
	AUTO(fd) int fd = openat(dir_fd, path, O_WRONLY | O_CLOEXEC);
	size_t len = strlen(text);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, len);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

#define FRESH_BYTES 300

/* The name that a file has until it is whole. */
static int fresh_name(const char *name, char fresh[static FRESH_BYTES])
{
	int len = snprintf(fresh, FRESH_BYTES, ".%s.new", name);

	return len < FRESH_BYTES ? 0 : -ENAMETOOLONG;
}

void file_abandon(int dir_fd, const char *name)
{
	char fresh[FRESH_BYTES];

	if (!fresh_name(name, fresh))
		unlinkat(dir_fd, fresh, 0);
}

/* A new file, and not what somebody else may have put under its name. */
static int open_fresh(int dir_fd, const char *fresh, unsigned mode)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir_fd, fresh, flags, mode);

	if (fd < 0 && errno == EEXIST) {
		if (unlinkat(dir_fd, fresh, 0) < 0)
			return -errno;
		fd = openat(dir_fd, fresh, flags, mode);
	}
	return fd < 0 ? -errno : fd;
}

static int replace(int dir_fd, const char *name, unsigned mode,
                   const char *text, bool synced)
{
	AUTO(fd) int fd = -1;
	char fresh[FRESH_BYTES];
	int r = fresh_name(name, fresh);

	if (r < 0)
		return r;
	fd = open_fresh(dir_fd, fresh, mode);
	if (fd < 0)
		return fd;
	r = write_all(fd, text, strlen(text));
	if (!r && synced && (fchmod(fd, mode) < 0 || fsync(fd) < 0))
		r = -errno;
	if (!r && renameat(dir_fd, fresh, dir_fd, name) < 0)
		r = -errno;
	if (r < 0)
		unlinkat(dir_fd, fresh, 0);
	return r;
}

int file_replace_as(int dir_fd, const char *name, unsigned mode,
                    const char *text)
{
	return replace(dir_fd, name, mode, text, false);
}

int file_replace_synced(int dir_fd, const char *name, unsigned mode,
                        const char *text)
{
	int r = replace(dir_fd, name, mode, text, true);

	return r < 0 ? r : fsync(dir_fd) < 0 ? -errno : 0;
}

int file_replace(int dir_fd, const char *name, const char *text)
{
	return file_replace_as(dir_fd, name, 0600, text);
}

static int empty_dir(int fd, dev_t dev);

static int remove_entry(int dir_fd, const char *name, dev_t dev)
{
	AUTO(fd) int fd = -1;
	struct stat st;
	int r;

	if (!unlinkat(dir_fd, name, 0) || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return -errno;
	fd = openat(dir_fd, name,
	            O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (st.st_dev != dev)
		return -EXDEV;
	r = empty_dir(fd_take(&fd), dev);
	if (!r && unlinkat(dir_fd, name, AT_REMOVEDIR) < 0)
		r = -errno;
	return r;
}

/* Remove all that a directory holds; closes fd. */
static int empty_dir(int fd, dev_t dev)
{
	DIR *dir = fdopendir(fd);
	struct dirent *e;
	int r = 0;

	if (!dir) {
		r = -errno;
		close(fd);
		return r;
	}
	while (!r && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			r = remove_entry(dirfd(dir), e->d_name, dev);
	closedir(dir);
	return r;
}

int file_remove_tree(int dir_fd, const char *name)
{
	struct stat st;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	return remove_entry(dir_fd, name, st.st_dev);
}

int file_make_dirs(const char *path, unsigned mode)
{
	char copy[4096];

	if ((size_t)snprintf(copy, sizeof(copy), "%s", path) >= sizeof(copy))
		return -ENAMETOOLONG;
	if (!*copy)
		return -ENOENT;
	for (char *p = copy + 1; *p; p++) {
		if (*p != '/' || !p[1])
			continue;
		*p = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			return -errno;
		*p = '/';
	}
	return mkdir(copy, mode) < 0 && errno != EEXIST ? -errno : 0;
}
