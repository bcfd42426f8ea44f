/* SPDX-License-Identifier: MIT */

#include "manage/remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "sys/kernel.h"
#include "sys/mounts.h"

#define NO_XDEV  0x01u /* RESOLVE_NO_XDEV */
#define DEEP     64    /* a directory that lies deeper is first moved up */
#define PATH_LEN 200   /* of a path, in an error */

struct removal {
	const char *path; /* of the whole */
	int top_fd;
	unsigned moved; /* directories so far */
	struct buf at;  /* where we are, below the top */
	struct err *err;
};

static int fail(struct removal *r, const char *name, int code)
{
	AUTO(buf) struct buf at = {0};

	buf_escape(&at, buf_text(&r->at));
	if (at.len)
		buf_putc(&at, '/');
	buf_escape(&at, name);
	if (at.len > PATH_LEN) /* its end says more than its beginning */
		memmove(at.data, at.data + at.len - PATH_LEN, PATH_LEN + 1);
	if (code == -EXDEV || code == -EBUSY)
		return err_say(r->err, -EBUSY,
		               "%s/%s is a mount; unmount it first", r->path,
		               buf_text(&at));
	err_set(r->err, code, "cannot remove %s/%s", r->path, buf_text(&at));
	return code == -EPERM ? err_hint(r->err, "has it been made immutable, "
	                                         "with chattr?")
	                      : code;
}

static int open_dir(int dir_fd, const char *name)
{
	struct k_open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = NO_XDEV,
	};
	int fd = k_openat2(dir_fd, name, &how);

	return fd < 0 ? -errno : fd;
}

static int empty(struct removal *r, int fd, int depth);

/* To the top, where it is met again. */
static int move_up(struct removal *r, int dir_fd, const char *name)
{
	char up[32];

	snprintf(up, sizeof(up), ".deep-%u", r->moved++);
	while (renameat(dir_fd, name, r->top_fd, up) < 0) {
		if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR)
			return fail(r, name, -errno);
		snprintf(up, sizeof(up), ".deep-%u", r->moved++);
	}
	return 0;
}

static int remove_dir(struct removal *r, int dir_fd, const char *name,
                      int depth)
{
	size_t len = r->at.len;
	int fd = open_dir(dir_fd, name), e;

	if (fd < 0)
		return fail(r, name, fd);
	if (depth > DEEP) {
		close(fd);
		return move_up(r, dir_fd, name);
	}
	buf_puts(&r->at, len ? "/" : "");
	buf_puts(&r->at, name);
	e = empty(r, fd, depth);
	r->at.len = len;
	r->at.data[len] = '\0';
	if (!e && unlinkat(dir_fd, name, AT_REMOVEDIR) < 0)
		e = fail(r, name, -errno);
	return e;
}

static int remove_entry(struct removal *r, int dir_fd, const char *name,
                        int depth)
{
	if (!unlinkat(dir_fd, name, 0) || errno == ENOENT)
		return 0;
	return errno == EISDIR ? remove_dir(r, dir_fd, name, depth)
	                       : fail(r, name, -errno);
}

/* Once over all that it holds; *ret_n counts them. */
static int pass(struct removal *r, DIR *dir, int depth, size_t *ret_n)
{
	struct dirent *e;
	int result = 0;

	*ret_n = 0;
	rewinddir(dir);
	while (!result && (e = readdir(dir))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		result = remove_entry(r, dirfd(dir), e->d_name, depth);
		++*ret_n;
	}
	return result;
}

/* Until nothing is left: a pass may move things to the top, and not every
 * filesystem shows all of a directory that is being changed. Closes fd. */
static int empty(struct removal *r, int fd, int depth)
{
	DIR *dir = fdopendir(fd);
	size_t n = 1;
	int result = 0;

	if (!dir) {
		result = -errno;
		close(fd);
		return fail(r, "", result);
	}
	while (!result && n)
		result = pass(r, dir, depth + 1, &n);
	closedir(dir);
	return result;
}

int remove_tree(int dir_fd, const char *name, const char *path, struct err *err)
{
	AUTO(fd) int top_fd = -1;
	struct removal r = {.path = path, .err = err};
	int fd, result;

	top_fd = open_dir(dir_fd, name);
	if (top_fd == -ENOENT)
		return 0;
	if (top_fd == -EXDEV)
		return err_say(err, -EBUSY, "%s is a mount; unmount it first",
		               path);
	if (top_fd < 0)
		return err_set(err, top_fd, "cannot open the directory %s",
		               path);
	fd = fcntl(top_fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return err_set(err, -errno, "cannot open %s", path);
	r.top_fd = top_fd;
	result = empty(&r, fd, 0);
	buf_done(&r.at);
	if (!result && unlinkat(dir_fd, name, AT_REMOVEDIR) < 0)
		result = err_set(err, -errno, "cannot remove %s", path);
	return result;
}

/* --- what is mounted below --- */

struct mounted {
	const char *path; /* as the kernel knows it */
	const char *const *except;
	struct buf found;
};

/* What text has behind prefix, from its '/' on; NULL: it does not begin so. */
static const char *below(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strncmp(text, prefix, len) || (text[len] && text[len] != '/'))
		return NULL;
	return text + len;
}

static void look_at(void *arg, const struct mount_line *line)
{
	struct mounted *m = arg;
	const char *rest = below(line->point, m->path);

	for (const char *const *e = m->except; rest && *rest && *e; e++)
		if (below(rest + 1, *e))
			return;
	if (rest && !m->found.len)
		buf_escape(&m->found, line->point);
}

int remove_refuse_mounts(const char *path, const char *const *except,
                         struct err *err)
{
	char real[PATH_MAX];
	struct mounted m = {.path = real, .except = except};
	int r;

	if (!realpath(path, real))
		return err_set(err, -errno, "cannot look at %s", path);
	r = mounts_each(getpid(), look_at, &m);
	if (r < 0)
		err_set(err, r, "cannot look at what is mounted below %s",
		        path);
	else if (m.found.len)
		r = err_say(err, -EBUSY,
		            "something that is not ours is mounted on %s; "
		            "unmount it first",
		            buf_text(&m.found));
	buf_done(&m.found);
	return r;
}
