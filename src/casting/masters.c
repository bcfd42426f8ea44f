/* SPDX-License-Identifier: MIT */

#include "casting/masters.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "sub/libexec.h"
#include "sub/place.h"

#define TOOLS     "guest-tools"
#define TOOLS_MAX (16 << 20)
#define FRESH     ".tools.new"

static const char *const names[] = {
	"caston", "castoff", "castblock", "showcast", "cast",
	"ucast",  "restart", "hibernate", "ready",
};

#define N (sizeof(names) / sizeof(*names))

static bool is_same(int fd, const char *name, const struct buf *tools)
{
	AUTO(buf) struct buf there = {0};

	return !file_read(fd, name, TOOLS_MAX, &there) &&
	       there.len == tools->len &&
	       !memcmp(there.data, tools->data, there.len);
}

static int write_fresh(int fd, const struct buf *tools)
{
	AUTO(fd) int to = -1;
	size_t at = 0;

	unlinkat(fd, FRESH, 0);
	to = openat(fd, FRESH, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	if (to < 0 || fchmod(to, 0755) < 0)
		return -errno;
	while (at < tools->len) {
		ssize_t n = write(to, tools->data + at, tools->len - at);

		if (n < 0)
			return -errno;
		at += (size_t)n;
	}
	return fsync(to) < 0 ? -errno : 0;
}

/* Under every name the same file, each replaced at once. */
static int link_fresh(int fd, const char *name)
{
	const char *new = ".link.new";

	unlinkat(fd, new, 0);
	if (linkat(fd, FRESH, fd, new, 0) < 0 ||
	    renameat(fd, new, fd, name) < 0)
		return -errno;
	return 0;
}

static int replace(int fd, const struct buf *tools)
{
	int r = write_fresh(fd, tools);

	for (size_t i = 0; !r && i < N; i++)
		r = link_fresh(fd, names[i]);
	unlinkat(fd, FRESH, 0);
	return r;
}

int masters_refresh(const struct places *places, struct err *err)
{
	AUTO(buf) struct buf tools = {0}, folder = {0};
	char path[PATH_MAX] = TOOLS;
	AUTO(fd) int fd = -1;
	bool same = true;
	int r = libexec_path(TOOLS, path, sizeof(path));

	if (!r)
		r = file_read(AT_FDCWD, path, TOOLS_MAX, &tools);
	if (r < 0)
		return err_set(err, r, "cannot read the guests' tools %s",
		               path);
	buf_printf(&folder, "%s/scripts", places->syscmd);
	r = file_make_dirs(folder.data, 0755);
	if (r < 0)
		return err_set(err, r, "cannot make %s", folder.data);
	fd = open(folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, -errno, "cannot open %s", folder.data);
	for (size_t i = 0; same && i < N; i++)
		same = is_same(fd, names[i], &tools);
	if (!same)
		r = replace(fd, &tools);
	if (r < 0)
		rmdir(folder.data); /* where it is empty: there are none */
	return r < 0 ? err_set(err, r, "cannot fill %s", folder.data) : 0;
}
