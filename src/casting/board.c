/* SPDX-License-Identifier: MIT */

#include "casting/board.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "casting/peer.h"
#include "sys/beneath.h"
#include "sys/mount.h"

/* The root of the tmpfs, through a mount of it that can be written to and
 * that nobody else has: a descriptor or -errno. */
static int open_board(const struct peer *p)
{
	AUTO(fd) int fd = -1;
	AUTO(fd) int copy_fd = -1;
	struct mount_identity identity;
	struct statfs fs;
	int r;

	if (!p->is_up || p->is_host)
		return -ENOENT;
	fd = beneath_open(p->root_fd, "/syscmd/replies", false);
	r = fd < 0 ? fd : mount_identify(fd, &identity);
	if (r < 0)
		return r == -ELOOP || r == -ENOTDIR ? -ENOENT : r;
	/* Nobody but the host mounts anything there. */
	if (!identity.is_root || fstatfs(fd, &fs) < 0 ||
	    fs.f_type != TMPFS_MAGIC)
		return -ENOENT;
	copy_fd = mount_clone(fd, "", false);
	r = copy_fd < 0 ? copy_fd : mount_make_writable(copy_fd);
	if (r < 0)
		return r;
	r = openat(copy_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return r < 0 ? -errno : r;
}

int board_post(const struct peer *p, const char *name, const char *text,
               struct err *err)
{
	AUTO(fd) int fd = open_board(p);
	int r = fd < 0 ? fd : file_replace_as(fd, name, 0644, text);

	return r < 0 ? err_set(err, r, "cannot post an answer to %s",
	                       p->sub.name)
	             : 0;
}

struct posted {
	char *name; /* owned */
	time_t time;
	long nanoseconds;
};

struct posts {
	struct posted *v;
	size_t n;
};

static void posts_auto(struct posts *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i].name);
	free(p->v);
}

static int newest_first(const void *one, const void *other)
{
	const struct posted *a = one, *b = other;

	if (a->time != b->time)
		return a->time < b->time ? 1 : -1;
	return a->nanoseconds == b->nanoseconds  ? 0
	       : a->nanoseconds < b->nanoseconds ? 1
	                                         : -1;
}

static int list(int fd, struct posts *posts)
{
	int copy_fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy_fd < 0 ? NULL : fdopendir(copy_fd);
	struct dirent *e;
	struct stat st;

	if (!dir)
		return -errno;
	while ((e = readdir(dir))) {
		if (*e->d_name == '.' ||
		    fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		posts->v =
			mem_resize(posts->v, posts->n + 1, sizeof(*posts->v));
		posts->v[posts->n++] = (struct posted){
			.name = mem_copy(e->d_name),
			.time = st.st_mtim.tv_sec,
			.nanoseconds = st.st_mtim.tv_nsec,
		};
	}
	closedir(dir);
	if (posts->n)
		qsort(posts->v, posts->n, sizeof(*posts->v), newest_first);
	return 0;
}

int board_sweep(const struct peer *p, time_t now, time_t *ret_next,
                struct err *err)
{
	__attribute__((cleanup(posts_auto))) struct posts posts = {0};
	AUTO(fd) int fd = open_board(p);
	time_t next = 0;
	int r = fd < 0 ? fd : list(fd, &posts);

	if (r < 0)
		return err_set(err, r, "cannot look at the answers to %s",
		               p->sub.name);
	for (size_t i = 0; i < posts.n; i++) {
		time_t end = posts.v[i].time + BOARD_REPLY_TIME;

		if (i >= BOARD_REPLIES_MAX || end <= now)
			unlinkat(fd, posts.v[i].name, 0);
		else
			next = end; /* of the oldest one that stays */
	}
	*ret_next = next;
	return 0;
}
