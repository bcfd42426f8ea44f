/* SPDX-License-Identifier: MIT */

#include "manage/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "manage/interrupt.h"
#include "manage/links.h"
#include "manage/progress.h"
#include "sys/kernel.h"

#define NO_XDEV   0x01u /* RESOLVE_NO_XDEV */
#define DEPTH_MAX 2048  /* no path is longer; each costs two descriptors */
#define PATH_LEN  200   /* of a path, in an error */

/* One entry at work. */
struct entry {
	struct copying *c;
	int from_fd, to_fd; /* the directories that it lies in */
	const char *name;   /* there */
	const char *fresh;  /* what it is called in the copy */
	struct stat st;
	int depth;
	struct err *err;
};

/* What cannot be, and where. */
static int fail(const struct entry *e, int code, const char *verb)
{
	const struct copying *c = e->c;
	AUTO(buf) struct buf at = {0};
	bool is_ours = !strcmp(verb, "write");

	if (code == -EINTR)
		return interrupt_check(e->err);
	buf_escape(&at, buf_text(c->at));
	if (at.len)
		buf_putc(&at, '/');
	buf_escape(&at, e->name);
	if (at.len > PATH_LEN)
		memmove(at.data, at.data + at.len - PATH_LEN, PATH_LEN + 1);
	return err_set(e->err, code, "cannot %s %s/%s", verb,
	               is_ours ? c->to_path : c->from_path, buf_text(&at));
}

static int open_source(const struct entry *e, int flags)
{
	struct k_open_how how = {
		.flags = (uint64_t)(flags | O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	                            O_CLOEXEC),
		.resolve = NO_XDEV,
	};
	int fd = k_openat2(e->from_fd, e->name, &how);

	return fd < 0 ? -errno : fd;
}

/* It was met by another name already: 1 when that does instead. */
static int copy_link(const struct entry *e)
{
	struct copying *c = e->c;
	AUTO(buf) struct buf path = {0};
	const char *first;

	if (e->st.st_nlink < 2)
		return 0;
	buf_printf(&path, "%s%s%s", buf_text(c->at), c->at->len ? "/" : "",
	           e->fresh);
	first = links_meet(c->links, e->st.st_ino, path.data);
	if (!first)
		return 0;
	if (!linkat(c->to_fd, first, e->to_fd, e->fresh, 0))
		return 1;
	return errno == EMLINK || errno == ENAMETOOLONG
	               ? 0
	               : fail(e, -errno, "write");
}

static int copy_plain(struct entry *e)
{
	AUTO(fd) int from_fd = open_source(e, 0);
	AUTO(fd) int to_fd = -1;
	int r;

	if (from_fd == -EXDEV)
		e->c->mounts++;
	if (from_fd == -EXDEV || from_fd == -ENOENT)
		return 0; /* it may have gone meanwhile */
	if (from_fd < 0 || fstat(from_fd, &e->st) < 0)
		return fail(e, from_fd < 0 ? from_fd : -errno, "read");
	if (!S_ISREG(e->st.st_mode))
		return fail(e, -ESTALE, "read");
	to_fd = openat(e->to_fd, e->fresh,
	               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	               0600);
	if (to_fd < 0)
		return fail(e, -errno, "write");
	r = copy_bytes(from_fd, to_fd, (uint64_t)e->st.st_size, e->c->progress);
	if (!r)
		r = copy_nature(from_fd, to_fd, &e->st, e->c->is_faithful,
		                &e->c->attributes);
	return r < 0 ? fail(e, r, "write") : 0;
}

static int copy_symlink(const struct entry *e)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(e->from_fd, e->name, target, sizeof(target));
	const struct timespec times[] = {e->st.st_atim, e->st.st_mtim};

	if (n < 0 || n == sizeof(target))
		return fail(e, n < 0 ? -errno : -ENAMETOOLONG, "read");
	target[n] = '\0';
	if (symlinkat(target, e->to_fd, e->fresh) < 0 ||
	    fchownat(e->to_fd, e->fresh, e->st.st_uid, e->st.st_gid,
	             AT_SYMLINK_NOFOLLOW) < 0 ||
	    utimensat(e->to_fd, e->fresh, times, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(e, -errno, "write");
	return 0;
}

/* A pipe or a socket; or a device, where those are kept. */
static int copy_node(const struct entry *e)
{
	const struct timespec times[] = {e->st.st_atim, e->st.st_mtim};

	if ((S_ISCHR(e->st.st_mode) || S_ISBLK(e->st.st_mode)) &&
	    !e->c->is_faithful) {
		e->c->devices++;
		return 0;
	}
	if (mknodat(e->to_fd, e->fresh, (e->st.st_mode & S_IFMT) | 0600,
	            e->st.st_rdev) < 0 ||
	    fchownat(e->to_fd, e->fresh, e->st.st_uid, e->st.st_gid,
	             AT_SYMLINK_NOFOLLOW) < 0 ||
	    fchmodat(e->to_fd, e->fresh, e->st.st_mode & 07777, 0) < 0 ||
	    utimensat(e->to_fd, e->fresh, times, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(e, -errno, "write");
	return 0;
}

static int copy_contents(const struct entry *e, int from_fd, int to_fd);

/* Its contents, then its own nature: its times are changed by them. */
static int copy_inside(const struct entry *e, int from_fd, int to_fd)
{
	struct buf *at = e->c->at;
	size_t len = at->len;
	int r;

	if (e->depth >= DEPTH_MAX)
		return fail(e, -ENAMETOOLONG, "read");
	buf_puts(at, len ? "/" : "");
	buf_puts(at, e->fresh);
	r = copy_contents(e, from_fd, to_fd);
	at->len = len;
	at->data[len] = '\0';
	return r;
}

static int copy_dir(struct entry *e)
{
	AUTO(fd) int from_fd = open_source(e, O_DIRECTORY);
	AUTO(fd) int to_fd = -1;
	int r = 0;

	if (from_fd < 0 && from_fd != -EXDEV)
		return from_fd == -ENOENT ? 0 : fail(e, from_fd, "read");
	if (mkdirat(e->to_fd, e->fresh, 0700) < 0)
		return fail(e, -errno, "write");
	to_fd = openat(e->to_fd, e->fresh,
	               O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (to_fd < 0)
		return fail(e, -errno, "write");
	if (from_fd < 0) {
		/* A mount: the place of it is kept. */
		e->c->mounts++;
		return fchmod(to_fd, 0755) < 0 ? fail(e, -errno, "write") : 0;
	}
	r = copy_inside(e, from_fd, to_fd);
	if (r < 0)
		return r;
	r = copy_nature(from_fd, to_fd, &e->st, e->c->is_faithful,
	                &e->c->attributes);
	return r < 0 ? fail(e, r, "write") : 0;
}

static bool is_skipped(const struct entry *e)
{
	const struct copying *c = e->c;

	return c->skip_ino && e->st.st_ino == c->skip_ino &&
	       e->st.st_dev == c->skip_dev;
}

static int copy_entry(struct entry *e)
{
	int r = interrupt_check(e->err);

	if (r < 0)
		return r;
	if (fstatat(e->from_fd, e->name, &e->st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fail(e, -errno, "read");
	if (is_skipped(e))
		return 0;
	if (e->c->progress)
		progress_add(e->c->progress, 1, 0);
	if (S_ISDIR(e->st.st_mode))
		return copy_dir(e);
	r = copy_link(e);
	if (r)
		return r < 0 ? r : 0;
	if (S_ISREG(e->st.st_mode))
		return copy_plain(e);
	return S_ISLNK(e->st.st_mode) ? copy_symlink(e) : copy_node(e);
}

/* What it is called in the copy; NULL: it is left out. */
static const char *fresh_name(const struct entry *e)
{
	const struct copying *c = e->c;

	return e->depth == 1 && c->rename ? c->rename(c->arg, e->name)
	                                  : e->name;
}

static int copy_contents(const struct entry *e, int from_fd, int to_fd)
{
	int copy_fd = openat(from_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy_fd < 0 ? NULL : fdopendir(copy_fd);
	const struct dirent *d;
	int r = 0;

	if (!dir)
		return fail(e, -errno, "read");
	while (!r && (d = readdir(dir))) {
		struct entry inner = {.c = e->c,
		                      .from_fd = from_fd,
		                      .to_fd = to_fd,
		                      .name = d->d_name,
		                      .depth = e->depth + 1,
		                      .err = e->err};

		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		inner.fresh = fresh_name(&inner);
		if (inner.fresh)
			r = copy_entry(&inner);
	}
	closedir(dir);
	return r;
}

/* A tree may be deeper than we may have files open. */
static void raise_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

int copy_tree(struct copying *c, struct err *err)
{
	AUTO(links) struct links links = {0};
	AUTO(buf) struct buf at = {0};
	struct entry top = {.c = c, .name = "", .err = err};
	int r;

	c->at = &at;
	c->links = &links;
	raise_limit();
	if (fstat(c->from_fd, &top.st) < 0)
		return fail(&top, -errno, "read");
	r = copy_contents(&top, c->from_fd, c->to_fd);
	if (r < 0)
		return r;
	r = copy_nature(c->from_fd, c->to_fd, &top.st, c->is_faithful,
	                &c->attributes);
	return r < 0 ? fail(&top, r, "write") : 0;
}

static void tell(unsigned n, const char *what, struct buf *notes)
{
	if (n)
		buf_printf(notes, "left out: %u %s%s\n", n, what,
		           n == 1 ? "" : "s");
}

void copy_tell(const struct copying *c, struct buf *notes)
{
	tell(c->devices, "device", notes);
	tell(c->mounts, "mounted filesystem", notes);
	tell(c->attributes, "extended attribute", notes);
}
