/* SPDX-License-Identifier: MIT */

#include "root/hide.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/ranges.h"
#include "sub/place.h"
#include "sys/kernel.h"
#include "sys/mount.h"

#define OPAQUE   "trusted.overlay.opaque"
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const int dir_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/* Directories stay, empty: programs expect them. */
static const char *const emptied[] = {"/root", "/home", "/etc/ssl/private"};

/* Files go. Those without a star are hidden even where they are not there yet:
 * shadow's tools make them for a moment. */
static const char *const removed[] = {
	"/etc/shadow",
	"/etc/shadow-",
	"/etc/nshadow",
	"/etc/shadow+",
	"/etc/shadow.edit",
	"/etc/gshadow+",
	"/etc/gshadow.edit",
	"/var/backups/shadow.bak",
	"/var/backups/gshadow.bak",
	"/etc/gshadow",
	"/etc/gshadow-",
	"/etc/ngshadow",
	"/etc/shadow*",
	"/etc/gshadow*",
	"/etc/ssh/ssh_host_*",
};

/* Make the directories above path, like those of the host. *ret_name is the
 * last component; returns the directory it belongs in, or -errno. */
static int make_parents(int layer_fd, const char *path, const char **ret_name)
{
	AUTO(fd)
	int fd = openat(layer_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO(buf) struct buf so_far = {0};

	for (;;) {
		const char *slash = strchr(path, '/');
		AUTO(buf) struct buf name = {0};
		struct stat st;
		int next;

		if (!slash) {
			*ret_name = path;
			return fd < 0 ? -errno : fd_take(&fd);
		}
		buf_add(&name, path, (size_t)(slash - path));
		buf_printf(&so_far, "/%s", buf_text(&name));
		path = slash + 1;
		if (lstat(so_far.data, &st) < 0)
			return -errno;
		if (!S_ISDIR(st.st_mode))
			return -ENOTDIR;
		if (mkdirat(fd, name.data, 0700) < 0 && errno != EEXIST)
			return -errno;
		if (fchownat(fd, name.data, st.st_uid, st.st_gid, 0) < 0 ||
		    fchmodat(fd, name.data, st.st_mode & 07777, 0) < 0)
			return -errno;
		next = openat(fd, name.data,
		              O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(fd);
		fd = next;
		if (fd < 0)
			return -errno;
		if (fgetxattr(fd, OPAQUE, NULL, 0) >= 0)
			return -ENOENT; /* emptied: it is hidden already */
	}
}

static int make_whiteout(int dir_fd, const char *name)
{
	if (mknodat(dir_fd, name, S_IFCHR, makedev(0, 0)) < 0 &&
	    errno != EEXIST)
		return -errno;
	return 0;
}

static int make_opaque(int dir_fd, const char *name, const struct stat *st)
{
	AUTO(fd) int fd = -1;

	if (mkdirat(dir_fd, name, 0700) < 0)
		return errno == EEXIST ? 0 : -errno;
	fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchown(fd, st->st_uid, st->st_gid) < 0 ||
	    fchmod(fd, st->st_mode & 07777) < 0 ||
	    fsetxattr(fd, OPAQUE, "y", 1, 0) < 0)
		return -errno;
	return 0;
}

/* Hide one path; when empty, a directory stays as an empty one. Paths whose
 * parents are not there have nothing to hide. */
static int hide(int layer_fd, const char *path, bool empty)
{
	AUTO(fd) int dir_fd = -1;
	const char *name = NULL;
	struct stat st;

	while (*path == '/')
		path++;
	dir_fd = make_parents(layer_fd, path, &name);
	if (dir_fd == -ENOENT || dir_fd == -ENOTDIR || (dir_fd >= 0 && !*name))
		return 0;
	if (dir_fd < 0)
		return dir_fd;
	if (empty) {
		AUTO(fd) int root_fd = open("/", O_PATH | O_CLOEXEC);

		if (fstatat(root_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return 0;
		if (S_ISDIR(st.st_mode))
			return make_opaque(dir_fd, name, &st);
	}
	return make_whiteout(dir_fd, name);
}

static int hide_pattern(int layer_fd, const char *pattern)
{
	glob_t found = {0};
	int r = 0;

	if (!strchr(pattern, '*'))
		return hide(layer_fd, pattern, false);
	if (!glob(pattern, GLOB_NOSORT, NULL, &found))
		for (size_t i = 0; !r && i < found.gl_pathc; i++)
			r = hide(layer_fd, found.gl_pathv[i], false);
	globfree(&found);
	return r;
}

/* Hide one of our places where it really lies: a symlink on the way there
 * would leave the place itself in sight. */
static int hide_place(int fd, const char *path)
{
	AUTO(mem) char *real = realpath(path, NULL);

	return hide(fd, real ? real : path, false);
}

static int hide_emptied(int fd, const char *path)
{
	return hide(fd, path, true);
}

/* Each row of what, the last that was tried noted in at. */
static int hide_each(int fd, const char *const *what, size_t n,
                     int (*way)(int fd, const char *path), struct buf *at)
{
	int r = 0;

	for (size_t i = 0; !r && i < n; i++) {
		at->len = 0;
		buf_puts(at, what[i]);
		r = way(fd, what[i]);
	}
	return r;
}

/* What is emptied comes first: in it there is nothing left to hide. */
static int hide_all(int fd, const struct places *places,
                    const struct words *more, struct buf *at)
{
	const char *const ours[] = {places->subhost, places->etc,
	                            places->syscmd, places->run, places->state};
	int r = hide_each(fd, emptied, COUNT(emptied), hide_emptied, at);

	if (!r)
		r = hide_each(fd, ours, COUNT(ours), hide_place, at);
	if (!r)
		r = hide_each(fd, removed, COUNT(removed), hide_pattern, at);
	if (!r)
		r = hide_each(fd, (const char *const *)more->v, more->n,
		              hide_place, at);
	return r;
}

static uid_t shifted(uid_t id, uid_t base)
{
	return base + (id < RANGES_IDS ? id : RANGES_IDS - 2); /* nobody */
}

/* A tmpfs cannot be idmapped before Linux 6.3, so what is in this one belongs
 * to the guest's ids outright. dir_fd is ours to close. */
static int shift_owners(int dir_fd, uid_t base)
{
	DIR *dir = fdopendir(dir_fd);
	struct dirent *e;
	struct stat st;
	int r = 0;

	if (!dir)
		return -errno;
	while (!r && (e = readdir(dir))) {
		int fd;

		if (e->d_type != DT_DIR || !strcmp(e->d_name, ".") ||
		    !strcmp(e->d_name, ".."))
			continue;
		fd = openat(dir_fd, e->d_name, dir_flags);
		r = fd < 0 ? -errno : shift_owners(fd, base);
	}
	if (!r &&
	    (fstat(dir_fd, &st) < 0 || fchown(dir_fd, shifted(st.st_uid, base),
	                                      shifted(st.st_gid, base)) < 0))
		r = -errno;
	closedir(dir);
	return r;
}

int hide_make(const struct places *places, const struct words *more, uid_t base,
              int *ret_fd, struct err *err)
{
	static const struct mount_option options[] = {
		{"mode", "0755"}, {"size", "4m"}, {NULL, NULL}};
	AUTO(fd) int fd = mount_new("tmpfs", options, 0);
	AUTO(buf) struct buf at = {0};
	int dir_fd, r;

	if (fd < 0)
		return err_set(err, fd, "cannot make a tmpfs to hide with");
	r = hide_all(fd, places, more, &at);
	if (r < 0)
		return err_set(err, r, "cannot hide %s", buf_text(&at));
	dir_fd = base ? openat(fd, ".", dir_flags) : -1;
	if (base)
		r = dir_fd < 0 ? -errno : shift_owners(dir_fd, base);
	if (r < 0)
		return err_set(err, r, "cannot give away what hides");
	*ret_fd = fd_take(&fd);
	return 0;
}
