/* SPDX-License-Identifier: MIT */

#include "root/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "root/image.h"
#include "root/layers.h"
#include "sub/sub.h"
#include "sys/beneath.h"
#include "sys/confine.h"
#include "sys/kernel.h"
#include "sys/mount.h"
#include "sys/mounts.h"
#include "sys/overlay.h"
#include "sys/process.h"

static const int dir_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

static void image_name(const struct sub *s, char name[static NAME_BYTES + 8])
{
	snprintf(name, NAME_BYTES + 8, "%s.img", s->name);
}

int root_has_image(const struct sub *s, struct err *err)
{
	char name[NAME_BYTES + 8];
	struct stat st;

	image_name(s, name);
	if (!fstatat(s->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return 1;
	if (errno == ENOENT)
		return 0;
	return err_set(err, -errno, "cannot look at %s/%s", s->path, name);
}

int root_open_image(const struct sub *s, unsigned partition, int *ret_mount_fd,
                    struct err *err)
{
	char name[NAME_BYTES + 8];
	struct image_request req = {
		.dir_fd = s->dir_fd,
		.path = name,
		.partition = partition,
		.mark = s->mark,
	};

	image_name(s, name);
	return image_mount(&req, ret_mount_fd, err);
}

int root_open_point(const struct sub *s, const char *name, int *ret_fd,
                    struct err *err)
{
	int fd;

	if (mkdirat(s->dir_fd, name, 0755) < 0 && errno != EEXIST)
		return err_set(err, -errno, "cannot make %s/%s", s->path, name);
	fd = openat(s->dir_fd, name,
	            O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, -errno, "cannot open the directory %s/%s",
		               s->path, name);
	*ret_fd = fd;
	return 0;
}

/* Open root or work of the writable part. What an image lacks is an error;
 * our own directory is filled. */
static int check_part(const struct sub *s, int holder_fd, bool image,
                      const char *name, struct err *err)
{
	struct mount_identity holder, part;
	AUTO(fd) int fd = -1;
	int r;

	if (!image && mkdirat(holder_fd, name, 0755) < 0 && errno != EEXIST)
		return err_set(err, -errno, "cannot make %s/%s", s->path, name);
	fd = openat(holder_fd, name, dir_flags);
	if (fd < 0)
		return err_set(err, -errno, "%s%s has no top directory %s",
		               s->path, image ? "'s image" : "", name);
	r = mount_identify(holder_fd, &holder);
	if (!r)
		r = mount_identify(fd, &part);
	if (r < 0)
		return err_set(err, r, "cannot look at %s/%s", s->path, name);
	if (part.id != holder.id)
		return err_say(err, -EXDEV,
		               "%s/%s is a mount of its own, and an overlay "
		               "wants root and work on one; mount it on %s "
		               "itself, or use an image",
		               s->path, name, s->path);
	return 0;
}

/* What kernels before 6.5 say of these two goes to their log alone. */
static int check_holder(const struct sub *s, int holder_fd, struct err *err)
{
	struct statfs fs;

	if (fstatfs(holder_fd, &fs) < 0)
		return err_set(err, -errno, "cannot look at %s", s->path);
	if (fs.f_flags & ST_RDONLY)
		return err_say(err, -EROFS,
		               "%s lies on a read-only filesystem, and the "
		               "writable part of an overlay cannot",
		               s->path);
	if (fs.f_type != OVERLAYFS_SUPER_MAGIC)
		return 0;
	return err_say(err, -EINVAL,
	               "%s lies on an overlay, and the kernel takes no overlay "
	               "as the writable part of another; put it on a disk "
	               "filesystem, or use an image %s.img",
	               s->path, s->name);
}

/* The directory that holds root and work, as a mount with the guest's ids. */
static int open_writable(const struct sub *s, const struct root_request *req,
                         int *ret_fd, struct err *err)
{
	bool image = req->image_fd >= 0;
	int holder_fd = image ? req->image_fd : s->dir_fd;
	AUTO(fd) int fd = -1;
	int r = check_holder(s, holder_fd, err);

	if (!r)
		r = check_part(s, holder_fd, image, "root", err);
	if (!r)
		r = check_part(s, holder_fd, image, "work", err);
	if (r < 0)
		return r;
	fd = mount_clone(holder_fd, "", false);
	if (fd < 0)
		return err_set(err, fd, "cannot copy the mount of %s", s->path);
	r = mount_shape(fd, 0, MS_PRIVATE, false);
	if (r < 0)
		return err_set(err, r, "cannot make a mount private");
	r = layers_idmap(fd, req->userns_fd, s->path, err);
	if (r < 0)
		return r;
	*ret_fd = fd_take(&fd);
	return 0;
}

/* The tree itself, with what is mounted in it. */
static int make_bind(const struct sub *s, const struct root_request *req,
                     int *ret_fd, struct err *err)
{
	int holder_fd = req->image_fd >= 0 ? req->image_fd : s->dir_fd;
	/* An image may hold a symlink there, to anywhere on the host. */
	AUTO(fd) int root_fd = openat(holder_fd, "root", dir_flags);
	AUTO(fd) int fd = -1;
	AUTO(buf) struct buf what = {0};
	int r;

	if (root_fd < 0 && req->image_fd >= 0)
		return err_set(err, -errno,
		               "%s's image has no top directory root", s->path);
	if (root_fd < 0 && errno == ENOENT)
		return err_say(err, -ENOENT,
		               "%s has neither a root nor a BASE in its config",
		               s->path);
	if (root_fd < 0)
		return err_set(err, -errno, "cannot open the directory %s/root",
		               s->path);
	fd = mount_clone(root_fd, "", true);
	if (fd < 0)
		return err_set(err, fd, "cannot copy the mount of %s/root",
		               s->path);
	r = mount_shape(fd, 0, MS_PRIVATE, true);
	if (r < 0)
		return err_set(err, r, "cannot make a mount private");
	buf_printf(&what, "%s/root, or what is mounted in it,", s->path);
	r = layers_idmap(fd, req->userns_fd, buf_text(&what), err);
	if (r < 0)
		return r;
	*ret_fd = fd_take(&fd);
	return 0;
}

/* The base is another one than at the last mount: forget which it was. */
static int forget_origin(const struct overlay *o)
{
	AUTO(fd) int upper_fd = openat(o->writable_fd, o->upper, dir_flags);
	AUTO(fd) int work_fd = openat(o->writable_fd, o->work, dir_flags);
	int r = confine_act_as(o->mounter);

	if (r < 0)
		return r;
	if (upper_fd < 0 || work_fd < 0)
		r = -EBADF;
	else if (fremovexattr(upper_fd, "trusted.overlay.origin") < 0 &&
	         errno != ENODATA)
		r = -errno;
	if (!r)
		r = file_remove_tree(work_fd, "index");
	confine_act_as(0);
	return r;
}

static int say_overlay(const struct sub *s, int code, const char *log,
                       struct err *err)
{
	AUTO(buf) struct buf shown = {0};

	if (code == -EBUSY)
		return err_say(err, code,
		               "%s/root is in use by another overlay", s->path);
	if (code == -E2BIG)
		return err_say(err, code,
		               "%s: this kernel takes no more than 4,096 bytes "
		               "of layers",
		               s->path);
	err_set(err, code, "cannot mount the overlay on %s/live", s->path);
	buf_escape(&shown, log);
	return shown.len ? err_hint(err, "the kernel says: %s", shown.data)
	                 : code;
}

/* A kernel that cannot write where it should mounts read-only and says so to
 * its log alone. */
static int check_writable(const struct sub *s, int fd, int upper_fd,
                          struct err *err)
{
	struct statfs overlay, upper;

	if (fstatfs(fd, &overlay) < 0 || fstatfs(upper_fd, &upper) < 0)
		return err_set(err, -errno, "cannot look at the new overlay");
	if (!(overlay.f_flags & ST_RDONLY))
		return 0;
	if (!upper.f_bavail || !upper.f_ffree)
		return err_set(err, -ENOSPC, "cannot make %s/work/work",
		               s->path);
	return err_say(err, -EROFS,
	               "the overlay on %s/live came out read-only; the "
	               "kernel's log says why",
	               s->path);
}

static int make_overlay(const struct sub *s, const struct root_request *req,
                        int *ret_fd, struct err *err)
{
	const struct declaration *d = req->declaration;
	AUTO(layers)
	struct layers layers = {.userns_fd = req->userns_fd, .base = req->base};
	AUTO(fd) int writable_fd = -1;
	AUTO(fd) int fd = -1;
	char log[256];
	struct overlay o = {.upper = "root",
	                    .work = "work",
	                    .source = req->source,
	                    .mounter = req->base};
	int r = open_writable(s, req, &writable_fd, err);

	if (!r)
		r = layers_open(&layers, s, d, err);
	if (r < 0)
		return r;
	o.lower_fds = layers.fds;
	o.n_lower = layers.n;
	o.writable_fd = writable_fd;
	fd = overlay_mount(&o, log, sizeof(log));
	if (fd == -ESTALE && !forget_origin(&o)) {
		/* What hides things of the host's is made anew each time. */
		if (strcmp(d->base.v[0], "/"))
			buf_puts(req->notes, "the base is another one than at "
			                     "the last start\n");
		fd = overlay_mount(&o, log, sizeof(log));
	}
	if (fd < 0)
		return say_overlay(s, fd, log, err);
	r = check_writable(s, fd, writable_fd, err);
	if (!r)
		*ret_fd = fd_take(&fd);
	return r;
}

int root_make(const struct sub *s, const struct root_request *req,
              int *ret_mount_fd, struct err *err)
{
	bool overlay = req->declaration->base.n > 0;
	AUTO(fd) int fd = -1;
	int r = overlay ? make_overlay(s, req, &fd, err)
	                : make_bind(s, req, &fd, err);

	if (r < 0)
		return r;
	r = mount_shape(fd, K_MOUNT_ATTR_NODEV, MS_SHARED, true);
	if (r < 0)
		return err_set(err, r, "cannot share the mount of %s/live",
		               s->path);
	*ret_mount_fd = fd_take(&fd);
	return 0;
}

static bool is_sticky(const char *path)
{
	return !strcmp(path, "/tmp") || !strcmp(path, "/var/tmp");
}

/* Is it a tmpfs of ours that fd is the root of? */
static bool is_our_tmpfs(int fd, const struct root_tmpfs *t)
{
	AUTO(mount_description) struct mount_description d = {0};
	struct mount_identity identity;

	if (mount_identify(fd, &identity) < 0 || !identity.is_root)
		return false;
	if (identity.is_unique && identity.id == t->known)
		return true;
	return !mounts_describe(fd, &d) && !strcmp(d.type, "tmpfs") &&
	       !strcmp(d.source, t->source);
}

/* Open the place, rid of what of ours is mounted there. */
static int open_tmpfs_point(const struct root_tmpfs *t)
{
	for (;;) {
		AUTO(fd) int fd = beneath_open(t->live_fd, t->path, true);
		int r;

		if (fd < 0 || !is_our_tmpfs(fd, t))
			return fd < 0 ? fd : fd_take(&fd);
		r = mount_detach(fd);
		if (r < 0)
			return r;
	}
}

int root_mount_tmpfs(const struct root_tmpfs *t, uint64_t *ret_id,
                     struct err *err)
{
	char id[16];
	const struct mount_option options[] = {
		{"source", t->source},
		{"mode", is_sticky(t->path) ? "1777" : "0755"},
		{"uid", id},
		{"gid", id},
		{"size", "10%"},
		{NULL, NULL},
	};
	AUTO(fd) int on_fd = open_tmpfs_point(t);
	AUTO(fd) int fd = -1;
	struct mount_identity identity;
	int r;

	if (on_fd < 0)
		return err_set(err, on_fd, "cannot open %s in its root",
		               t->path);
	snprintf(id, sizeof(id), "%u", t->base);
	fd = mount_new("tmpfs", options,
	               K_MOUNT_ATTR_NOSUID | K_MOUNT_ATTR_NODEV);
	r = fd < 0 ? fd : mount_identify(fd, &identity);
	if (!r)
		r = mount_attach(fd, on_fd);
	if (r < 0)
		return err_set(err, r, "cannot mount a tmpfs on its %s",
		               t->path);
	*ret_id = identity.id;
	return 0;
}

int root_unmount_tmpfs(const struct root_tmpfs *t, struct err *err)
{
	AUTO(fd) int fd = open_tmpfs_point(t);

	/* A guest may have taken its place away, and it with that. */
	return fd < 0 && fd != -ENOENT && fd != -ENOTDIR && fd != -ELOOP
	               ? err_set(err, fd, "cannot unmount its %s", t->path)
	               : 0;
}
