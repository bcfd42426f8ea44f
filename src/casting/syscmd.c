/* SPDX-License-Identifier: MIT */

#include "casting/syscmd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"
#include "casting/board.h"
#include "casting/hanging.h"
#include "casting/peer.h"
#include "root/guest.h"
#include "sub/place.h"
#include "sys/beneath.h"
#include "sys/kernel.h"
#include "sys/mount.h"

#define MASTERS "scripts"
#define REPLIES "replies"
#define PAGE    "casts"
#define PLAIN   (K_MOUNT_ATTR_NOSUID | K_MOUNT_ATTR_NODEV)

static const char *const first_verbs[] = {
	"caston", "castoff", "castblock", "showcast", "cast", "ucast", NULL};

static const int folder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/* A folder of SUBHOST_SYSCMD: a descriptor or -errno. */
static int open_in(const struct places *places, const char *name)
{
	AUTO(fd)
	int top_fd = open(places->syscmd, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = top_fd < 0 ? -1 : openat(top_fd, name, folder);

	return fd < 0 ? -errno : fd;
}

bool syscmd_is_installed(const struct places *places)
{
	AUTO(fd) int fd = open_in(places, MASTERS);

	return fd >= 0;
}

static bool is_one(int a_fd, int b_fd, const char *verb)
{
	struct stat a, b;

	return !fstatat(a_fd, verb, &a, AT_SYMLINK_NOFOLLOW) &&
	       !fstatat(b_fd, verb, &b, AT_SYMLINK_NOFOLLOW) &&
	       S_ISREG(a.st_mode) && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* Neither in a path, nor what the folder has besides. */
static bool is_verb(const char *verb)
{
	return *verb && *verb != '.' && !strchr(verb, '/') &&
	       strcmp(verb, REPLIES) && strcmp(verb, PAGE);
}

bool syscmd_is_enabled(const struct places *places, const char *name,
                       const char *verb)
{
	AUTO(fd) int masters_fd = open_in(places, MASTERS);
	AUTO(fd) int fd = open_in(places, name);

	return fd >= 0 && masters_fd >= 0 && is_verb(verb) &&
	       is_one(masters_fd, fd, verb);
}

/* Put links in the place of what has such names; those that are right stay. */
static int link_one(int masters_fd, int fd, const char *verb)
{
	char fresh[300];

	if (is_one(masters_fd, fd, verb))
		return 0;
	snprintf(fresh, sizeof(fresh), ".%.250s.new", verb);
	unlinkat(fd, fresh, 0);
	if (linkat(masters_fd, verb, fd, fresh, 0) < 0 ||
	    renameat(fd, fresh, fd, verb) < 0)
		return -errno;
	return 0;
}

/* The folder, with the place for the board in it. */
static int open_folder(const struct places *places, const char *name,
                       bool *ret_is_new)
{
	AUTO(fd)
	int top_fd = open(places->syscmd, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO(fd) int fd = -1;
	struct stat st;

	if (top_fd < 0)
		return -errno;
	*ret_is_new = !mkdirat(top_fd, name, 0755);
	if (!*ret_is_new && errno != EEXIST)
		return -errno;
	fd = openat(top_fd, name, folder);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid != geteuid() || st.st_mode & 022)
		return -EPERM;
	if ((mkdirat(fd, REPLIES, 0755) < 0 && errno != EEXIST) ||
	    (symlinkat(REPLIES "/" BOARD_PAGE, fd, PAGE) < 0 &&
	     errno != EEXIST))
		return -errno;
	return fd_take(&fd);
}

static int fail(int r, const struct places *places, const char *name,
                struct err *err)
{
	if (r == -EPERM)
		return err_say(err, r,
		               "%s/%s has to be a directory of root's that "
		               "nobody else may write to",
		               places->syscmd, name);
	return err_set(err, r, "cannot open %s/%s", places->syscmd, name);
}

static int link_all(int masters_fd, int fd, char *const *verbs,
                    const struct places *places, struct err *err)
{
	for (; *verbs; verbs++) {
		int r = is_verb(*verbs) ? link_one(masters_fd, fd, *verbs)
		                        : -ENOENT;

		if (r == -ENOENT)
			return err_say(err, r,
			               "there is no verb %.100s: %s/" MASTERS
			               " has none of that name",
			               *verbs, places->syscmd);
		if (r < 0)
			return err_set(err, r, "cannot link %s/" MASTERS "/%s",
			               places->syscmd, *verbs);
	}
	return 0;
}

int syscmd_allow(const struct places *places, const char *name,
                 char *const *verbs, struct err *err)
{
	AUTO(fd) int masters_fd = open_in(places, MASTERS);
	AUTO(fd) int fd = -1;
	bool is_new;

	if (masters_fd < 0)
		return fail(masters_fd, places, MASTERS, err);
	fd = open_folder(places, name, &is_new);
	return fd < 0 ? fail(fd, places, name, err)
	              : link_all(masters_fd, fd, verbs, places, err);
}

int syscmd_deny(const struct places *places, const char *name,
                char *const *verbs, struct err *err)
{
	AUTO(fd) int fd = open_in(places, name);

	if (fd < 0)
		return fail(fd, places, name, err);
	for (; *verbs; verbs++)
		if (!is_verb(*verbs) || unlinkat(fd, *verbs, 0) < 0)
			return err_say(err, -ENOENT,
			               "%.100s was not enabled for %s", *verbs,
			               name);
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The plain files in it: links to masters of today, or of before. */
static int list_files(int fd, struct words *verbs)
{
	int copy_fd = openat(fd, ".", folder);
	DIR *dir = copy_fd < 0 ? NULL : fdopendir(copy_fd);
	struct dirent *e;
	struct stat st;

	if (!dir)
		return -errno;
	while ((e = readdir(dir)))
		if (is_verb(e->d_name) &&
		    !fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(st.st_mode))
			words_add(verbs, e->d_name);
	closedir(dir);
	if (verbs->n)
		qsort(verbs->v, verbs->n, sizeof(*verbs->v), by_text);
	return 0;
}

int syscmd_refresh(const struct places *places, const char *name,
                   struct err *err)
{
	AUTO(fd) int masters_fd = open_in(places, MASTERS);
	AUTO(fd) int fd = open_in(places, name);
	AUTO(words) struct words verbs = {0};
	int r;

	if (masters_fd < 0)
		return fail(masters_fd, places, MASTERS, err);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fail(fd, places, name, err);
	r = list_files(fd, &verbs);
	if (r < 0)
		return fail(r, places, name, err);
	for (size_t i = 0; i < verbs.n; i++) {
		char *const one[] = {verbs.v[i], NULL};
		struct stat st;

		if (!fstatat(masters_fd, verbs.v[i], &st, 0))
			r = link_all(masters_fd, fd, one, places, err);
		if (r < 0)
			return r;
	}
	return 0;
}

bool syscmd_is_stale(const struct places *places, const char *name)
{
	AUTO(fd) int masters_fd = open_in(places, MASTERS);
	AUTO(fd) int fd = open_in(places, name);
	AUTO(words) struct words verbs = {0};
	bool stale = false;

	if (masters_fd < 0 || fd < 0 || list_files(fd, &verbs) < 0)
		return false;
	for (size_t i = 0; !stale && i < verbs.n; i++)
		stale = !faccessat(masters_fd, verbs.v[i], F_OK, 0) &&
		        !is_one(masters_fd, fd, verbs.v[i]);
	return stale;
}

int syscmd_list(const struct places *places, const char *name,
                struct words *verbs, struct err *err)
{
	AUTO(fd) int masters_fd = open_in(places, MASTERS);
	AUTO(fd) int fd = open_in(places, name);
	AUTO(words) struct words files = {0};
	int r;

	if (masters_fd < 0 || fd < 0)
		return masters_fd == -ENOENT || fd == -ENOENT
		               ? 0
		               : fail(fd < 0 ? fd : masters_fd, places, name,
		                      err);
	r = list_files(fd, &files);
	for (size_t i = 0; !r && i < files.n; i++)
		if (is_one(masters_fd, fd, files.v[i]))
			words_add(verbs, files.v[i]);
	return r < 0 ? fail(r, places, name, err) : 0;
}

/* A directory that the guest has there, or will have; -ENOTDIR: it has
 * something else. */
static int open_point(const struct peer *p, int userns_fd, struct err *err)
{
	AUTO(words) struct words paths = {0};
	int fd = beneath_open_flags(p->root_fd, "/syscmd", false,
	                            O_PATH | O_DIRECTORY);
	int r;

	if (fd == -ENOENT) {
		words_add(&paths, "/syscmd");
		r = guest_make_dirs(p->root_fd, userns_fd, &paths, err);
		if (r < 0)
			return r;
		fd = beneath_open_flags(p->root_fd, "/syscmd", false,
		                        O_PATH | O_DIRECTORY);
	}
	if (fd == -ELOOP || fd == -ENOTDIR)
		return -ENOTDIR;
	return fd < 0 ? err_set(err, fd, "cannot open its /syscmd") : fd;
}

static int make_board(const struct peer *p)
{
	const struct mount_option options[] = {
		{"source", p->sub.mark}, {"mode", "0755"}, {"size", "16m"},
		{"nr_inodes", "512"},    {NULL, NULL},
	};

	return mount_new("tmpfs", options,
	                 PLAIN | K_MOUNT_ATTR_NOEXEC | K_MOUNT_ATTR_RDONLY);
}

static int mount_both(struct hanging *in, int folder_fd, int on_fd,
                      struct err *err)
{
	AUTO(fd) int fd = mount_clone(folder_fd, "", false);
	AUTO(fd) int board_fd = make_board(in->in);
	AUTO(fd) int replies_fd = -1;
	struct mount_identity tools, board;
	int r = fd < 0 ? fd : board_fd < 0 ? board_fd : 0;

	if (!r)
		r = mount_shape(fd, PLAIN | K_MOUNT_ATTR_RDONLY, MS_PRIVATE,
		                false);
	if (!r)
		r = mount_identify(fd, &tools);
	if (!r)
		r = mount_identify(board_fd, &board);
	if (r < 0)
		return err_set(err, r, "cannot make its /syscmd");
	r = hanging_note_syscmd(in, tools.id, board.id, err);
	if (r < 0)
		return r;
	r = mount_attach(fd, on_fd);
	if (!r) {
		replies_fd =
			openat(fd, REPLIES, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		r = replies_fd < 0 ? -errno
		                   : mount_attach(board_fd, replies_fd);
	}
	return r < 0 ? err_set(err, r, "cannot mount its /syscmd") : 0;
}

/* Is it mounted from before? */
static bool is_there(const struct hanging *in)
{
	AUTO(fd)
	int fd = beneath_open(in->in->root_fd, "/syscmd/" REPLIES, false);
	struct mount_identity identity;

	return in->ledger.replies && fd >= 0 &&
	       !mount_identify(fd, &identity) && identity.is_root &&
	       identity.id == in->ledger.replies;
}

int syscmd_mount(struct hanging *in, int userns_fd, struct buf *notes,
                 struct err *err)
{
	const struct peer *p = in->in;
	const struct places *places = p->sub.places;
	AUTO(fd) int masters_fd = open_in(places, MASTERS);
	AUTO(fd) int fd = -1;
	AUTO(fd) int on_fd = -1;
	bool is_new;

	if (masters_fd == -ENOENT || is_there(in))
		return 0;
	if (masters_fd < 0)
		return fail(masters_fd, places, MASTERS, err);
	fd = open_folder(places, p->sub.name, &is_new);
	if (fd < 0)
		return fail(fd, places, p->sub.name, err);
	for (const char *const *verb = first_verbs; is_new && *verb; verb++)
		link_one(masters_fd, fd, *verb); /* those that there are */
	on_fd = open_point(p, userns_fd, err);
	if (on_fd == -ENOTDIR) {
		buf_puts(notes, "its /syscmd is no directory, so it has no "
		                "tools to share with\n");
		return 0;
	}
	return on_fd < 0 ? on_fd : mount_both(in, fd, on_fd, err);
}
