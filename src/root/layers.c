/* SPDX-License-Identifier: MIT */

#include "root/layers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "model/declaration.h"
#include "root/hide.h"
#include "root/image.h"
#include "sub/sub.h"
#include "sys/kernel.h"
#include "sys/mount.h"
#include "sys/mounts.h"

void layers_done(struct layers *l)
{
	for (size_t i = 0; i < l->n; i++)
		fd_auto(&l->fds[i]);
	free(l->fds);
	*l = (struct layers){0};
}

static void add(struct layers *l, int fd)
{
	l->fds = mem_resize(l->fds, l->n + 1, sizeof(*l->fds));
	l->fds[l->n++] = fd;
}

/* The name of a mount's filesystem type, for an error. */
static void put_type(int on_fd, struct buf *b)
{
	AUTO(mount_description) struct mount_description d = {0};

	buf_puts(b, mounts_describe(on_fd, &d) < 0 ? "a filesystem" : d.type);
}

int layers_idmap(int mount_fd, int userns_fd, const char *what, struct err *err)
{
	int r = userns_fd < 0 ? 0 : mount_idmap(mount_fd, userns_fd, true);

	if (r == -EINVAL || r == -EOPNOTSUPP)
		return err_say(
			err, r,
			"%s lies on a filesystem that this kernel cannot "
			"show with other ids; put it on ext4, xfs, btrfs "
			"or erofs, or set PRIVATE_USERS=no",
			what);
	if (r == -EPERM)
		return err_say(
			err, r,
			"%s lies on a mount whose ids are mapped already; "
			"put it elsewhere, or set PRIVATE_USERS=no",
			what);
	return r < 0 ? err_set(err, r, "cannot map the ids of %s", what) : 0;
}

/* Name the filesystem that could not: an image's type, or, when that is NULL,
 * what only the place of a directory tells. */
static int hint_type(int place_fd, const char *image_type, int code,
                     struct err *err)
{
	AUTO(buf) struct buf type = {0};

	if (image_type)
		buf_puts(&type, image_type);
	else
		put_type(place_fd, &type);
	err_hint(err, "it is %s", buf_text(&type));
	return code;
}

static int open_image(const struct sub *s, const char *path, int *ret_fd,
                      const char **ret_type, struct err *err)
{
	struct image_request req = {
		.dir_fd = AT_FDCWD,
		.path = path,
		.read_only = true,
		.mark = s->mark,
		.ret_type = ret_type,
	};

	return image_mount(&req, ret_fd, err);
}

static int clone_dir(int place_fd, const char *path, int *ret_fd,
                     struct err *err)
{
	int fd = mount_clone(place_fd, "", false);

	if (fd < 0)
		return err_set(err, fd, "cannot copy the mount of %s", path);
	*ret_fd = fd;
	return 0;
}

static int open_layer(struct layers *l, const struct sub *s, const char *path,
                      struct err *err)
{
	AUTO(fd) int place_fd = open(path, O_PATH | O_CLOEXEC);
	AUTO(fd) int fd = -1;
	const char *type = NULL;
	struct stat st;
	int r;

	if (place_fd < 0 || fstat(place_fd, &st) < 0)
		return err_set(err, -errno, "cannot open the base %s", path);
	if (S_ISDIR(st.st_mode))
		r = clone_dir(place_fd, path, &fd, err);
	else
		r = open_image(s, path, &fd, &type, err);
	if (r < 0)
		return r;
	r = mount_shape(fd, 0, MS_PRIVATE, false);
	if (r < 0)
		return err_set(err, r, "cannot make %s private", path);
	r = layers_idmap(fd, l->userns_fd, path, err);
	if (r < 0)
		return hint_type(place_fd, type, r, err);
	add(l, fd_take(&fd));
	return 0;
}

static int identify_path(const char *path, struct mount_identity *ret)
{
	AUTO(fd) int fd = open(path, O_PATH | O_CLOEXEC);

	return fd < 0 ? -errno : mount_identify(fd, ret);
}

/* "/" goes with a layer that hides; an overlay carries no submounts, so a
 * host whose /usr is one cannot be a base. */
static int open_host(struct layers *l, const struct sub *s,
                     const struct words *hide, struct err *err)
{
	struct mount_identity root, usr;
	AUTO(fd) int fd = -1;
	int r = identify_path("/", &root);

	if (!r)
		r = identify_path("/usr", &usr);
	if (r < 0)
		return err_set(err, r, "cannot look at /usr");
	if (usr.id != root.id)
		return err_say(err, -EXDEV,
		               "/ cannot be the base: /usr is a mount of its "
		               "own, and an overlay does not carry submounts");
	r = hide_make(s->places, hide, l->base, &fd, err);
	if (!r)
		add(l, fd_take(&fd));
	return r;
}

/* However it is spelt, and by whatever symlink. */
static bool is_host_root(const char *path)
{
	struct stat st, root;

	return !stat(path, &st) && !stat("/", &root) &&
	       st.st_dev == root.st_dev && st.st_ino == root.st_ino;
}

int layers_open(struct layers *l, const struct sub *s,
                const struct declaration *d, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < d->base.n; i++) {
		const char *path = d->base.v[i];

		if (is_host_root(path))
			r = open_host(l, s, &d->base_hide, err);
		if (!r)
			r = open_layer(l, s, path, err);
	}
	return r;
}
