/* SPDX-License-Identifier: MIT */

#include "sub/mark.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "sub/sub.h"
#include "sys/loop.h"
#include "sys/mounts.h"

/* Is it a bind of the directory `root`? That carries no mark but its place. */
static bool is_bind_of_root(const struct sub *s, int fd)
{
	struct stat mounted, root;

	return !fstat(fd, &mounted) &&
	       !fstatat(s->dir_fd, "root", &root, AT_SYMLINK_NOFOLLOW) &&
	       mounted.st_dev == root.st_dev && mounted.st_ino == root.st_ino;
}

bool mark_is_on(const struct sub *s, int fd)
{
	AUTO(mount_description) struct mount_description d = {0};

	if (mounts_describe(fd, &d) < 0)
		return false;
	return !strcmp(d.source, s->mark) || loop_has_mark(d.source, s->mark) ||
	       is_bind_of_root(s, fd);
}
