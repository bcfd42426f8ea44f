/* SPDX-License-Identifier: MIT */
/*
 * One image, one writable attachment (ISOLATION.md, rule 11): the kernel
 * would mount an image twice and let it be corrupted. So whoever attaches
 * holds a lock on the file, and looks at the loop devices that have it.
 */
#include "root/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "root/content.h"
#include "sys/kernel.h"
#include "sys/loop.h"

#define LOCK_MS  2000
#define CLEAR_MS 1000
#define SECTOR   512

struct filesystem {
	const char *type;
	bool read_only;
	const char *key, *value; /* a mount option; value NULL: a flag */
};

/* clang-format off */
static const struct filesystem filesystems[] = {
	/* An image may ask for a panic of the kernel on errors. */
	{ "ext2",	false,	"errors",	"remount-ro" },
	{ "ext3",	false,	"errors",	"remount-ro" },
	{ "ext4",	false,	"errors",	"remount-ro" },
	/* A copy of an image has its uuid; we keep them apart. */
	{ "xfs",	false,	"nouuid",	NULL },
	{ "btrfs",	false,	NULL,		NULL },
	{ "f2fs",	false,	NULL,		NULL },
	{ "squashfs",	true,	NULL,		NULL },
	{ "erofs",	true,	NULL,		NULL },
};
/* clang-format on */

struct image {
	const struct image_request *req;
	struct buf name; /* the path, escaped */
	int fd;          /* open for reading; carries the lock */
	const struct filesystem *fs;
	struct content content;
	bool read_only;
};

static void image_auto(struct image *img)
{
	buf_done(&img->name);
	fd_auto(&img->fd);
}

static const char *name_of(const struct image *img)
{
	return buf_text(&img->name);
}

/* A descriptor of its own, without a second walk along the path. */
static int reopen(int fd, int flags)
{
	char path[40];
	int again_fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again_fd = open(path, flags | O_CLOEXEC);
	return again_fd < 0 ? -errno : again_fd;
}

static int check_file(const struct image *img, const struct stat *st,
                      struct err *err)
{
	if (S_ISLNK(st->st_mode))
		return err_say(err, -ELOOP,
		               "image %s is a symbolic link: name the file "
		               "that it points to",
		               name_of(img));
	if (!S_ISREG(st->st_mode))
		return err_say(err, -EINVAL, "image %s is not a regular file",
		               name_of(img));
	if (!st->st_size)
		return err_say(err, -EINVAL,
		               "image %s is empty: make a filesystem in it",
		               name_of(img));
	/* The loop device would leave the rest out. */
	if (st->st_size % SECTOR)
		return err_say(err, -EINVAL,
		               "image %s is no multiple of %d bytes long: it "
		               "was cut short, or needs to be filled up "
		               "(truncate -s %%%d)",
		               name_of(img), SECTOR, SECTOR);
	return 0;
}

static int open_image(struct image *img, struct err *err)
{
	AUTO(fd)
	int path_fd = openat(img->req->dir_fd, img->req->path,
	                     O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	int r;

	if (path_fd < 0 || fstat(path_fd, &st) < 0)
		return err_set(err, -errno, "cannot open image %s",
		               name_of(img));
	r = check_file(img, &st, err);
	if (r < 0)
		return r;
	img->fd = reopen(path_fd, O_RDONLY);
	if (img->fd < 0)
		return err_set(err, img->fd, "cannot open image %s",
		               name_of(img));
	return 0;
}

static const struct filesystem *find_filesystem(const char *type)
{
	for (size_t i = 0; i < sizeof(filesystems) / sizeof(*filesystems); i++)
		if (!strcmp(filesystems[i].type, type))
			return &filesystems[i];
	return NULL;
}

static int identify(struct image *img, struct err *err)
{
	struct image_bytes bytes = {
		.fd = img->fd,
		.name = name_of(img),
		.partition = img->req->partition,
	};
	int r = content_find(&bytes, &img->content, err);

	if (r < 0)
		return r;
	img->fs = find_filesystem(img->content.type);
	if (!img->fs)
		return err_say(err, -EMEDIUMTYPE,
		               "image %s holds %s, which is not a filesystem "
		               "that a sub host can live on: make ext4, xfs, "
		               "btrfs, f2fs, squashfs or erofs in it",
		               name_of(img), img->content.type);
	img->read_only = img->req->read_only || img->fs->read_only;
	return 0;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void pause_until_next_try(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

/* Those who share an image may start at the same moment, so wait a little. */
static int lock(const struct image *img, struct err *err)
{
	int64_t deadline = now_ms() + LOCK_MS;

	while (flock(img->fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_set(err, -errno, "cannot lock image %s",
			               name_of(img));
		if (now_ms() > deadline)
			return err_say(err, -EBUSY,
			               "image %s is locked by another program: "
			               "try again when that is done",
			               name_of(img));
		pause_until_next_try();
	}
	return 0;
}

struct look {
	const struct image *img;
	struct loop shared;   /* can be used by one more */
	struct loop conflict; /* must not be there; open: there is one */
};

static void look_auto(struct look *v)
{
	loop_auto(&v->shared);
	loop_auto(&v->conflict);
}

static int keep(const struct loop *l, struct loop *ret_kept)
{
	int fd = fcntl(l->fd, F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return -errno;
	*ret_kept = *l;
	ret_kept->fd = fd;
	return 0;
}

/* Returns 1 at a conflict, which ends the walk. */
static int judge(const struct loop *l, void *data)
{
	struct look *v = data;
	int r;

	if (!l->read_only || !v->img->read_only) {
		r = keep(l, &v->conflict);
		return r < 0 ? r : 1;
	}
	if (v->shared.fd < 0 && l->offset == v->img->content.offset &&
	    l->size == v->img->content.size)
		return keep(l, &v->shared);
	return 0;
}

static int refuse(const struct image *img, const struct loop *l,
                  struct err *err)
{
	AUTO(buf) struct buf mark = {0};

	buf_escape(&mark, l->mark);
	if (l->read_only)
		return err_say(err, -EBUSY,
		               "image %s is attached read-only already: %s "
		               "(%s); it can be shared by read-only users "
		               "alone, so stop that one first",
		               name_of(img), l->path, buf_text(&mark));
	return err_say(err, -EBUSY,
	               "image %s is attached already: %s (%s); stop that one "
	               "first",
	               name_of(img), l->path, buf_text(&mark));
}

/*
 * Look who has the image: 0, with *ret_shared open if one can be shared, or a
 * refusal. A device that only waits to clear itself, after an unmount that the
 * kernel or a prober of devices is not done with, is given some time.
 */
static int look_around(const struct image *img, struct loop *ret_shared,
                       struct err *err)
{
	int64_t deadline = now_ms() + CLEAR_MS;

	for (;;) {
		AUTO(look)
		struct look v = {
			.img = img, .shared.fd = -1, .conflict.fd = -1};
		int r = loop_each(img->fd, judge, &v);

		if (r < 0)
			return err_set(err, r,
			               "cannot see who has image %s attached",
			               name_of(img));
		if (!r) {
			*ret_shared = v.shared;
			v.shared.fd = -1;
			return 0;
		}
		if (!v.conflict.autoclear || loop_is_claimed(&v.conflict) ||
		    now_ms() > deadline)
			return refuse(img, &v.conflict, err);
		look_auto(&v);
		v.shared.fd = v.conflict.fd = -1;
		pause_until_next_try();
	}
}

static int attach(const struct image *img, struct loop *ret_loop,
                  struct err *err)
{
	AUTO(fd) int fd = reopen(img->fd, img->read_only ? O_RDONLY : O_RDWR);
	struct loop_request req = {
		.fd = fd,
		.read_only = img->read_only,
		.offset = img->content.offset,
		.size = img->content.size,
		.mark = img->req->mark,
	};
	int r;

	if (fd < 0)
		return err_set(err, fd, "cannot write to image %s",
		               name_of(img));
	r = loop_attach(&req, ret_loop);
	if (r == -ENOENT || r == -ENODEV)
		return err_set(err, r,
		               "cannot attach image %s, for want of loop "
		               "devices (modprobe loop)",
		               name_of(img));
	if (r < 0)
		return err_set(err, r, "cannot attach image %s", name_of(img));
	return 0;
}

/* What the kernel's filesystem says itself: its first error, or "". */
static void read_log(int fs_fd, struct buf *b)
{
	char line[512];
	ssize_t n;

	while ((n = read(fs_fd, line, sizeof(line) - 1)) > 0) {
		line[n] = '\0';
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "e ", 2))
			continue;
		buf_puts(b, " (");
		buf_escape(b, line + 2);
		buf_puts(b, ")");
		return;
	}
}

static int say_unmountable(const struct image *img, int fs_fd, int code,
                           struct err *err)
{
	AUTO(buf) struct buf log = {0};

	read_log(fs_fd, &log);
	err_set(err, code, "cannot mount the %s of image %s%s", img->fs->type,
	        name_of(img), buf_text(&log));
	if (code == -EROFS && img->read_only && !img->fs->read_only)
		err_hint(err, "it was not unmounted cleanly: mount it "
		              "writable once");
	if (code == -EUCLEAN || code == -EINVAL)
		err_hint(err, "the kernel's log may say more (dmesg)");
	return code;
}

/* 0 or -errno. */
static int make_filesystem(const struct image *img, const char *source,
                           int fs_fd)
{
	const struct filesystem *fs = img->fs;
	unsigned cmd = fs->value ? K_FSCONFIG_SET_STRING : K_FSCONFIG_SET_FLAG;

	if (k_fsconfig(fs_fd, K_FSCONFIG_SET_STRING, "source", source, 0) < 0)
		return -errno;
	if (fs->key && k_fsconfig(fs_fd, cmd, fs->key, fs->value, 0) < 0)
		return -errno;
	if (img->read_only &&
	    k_fsconfig(fs_fd, K_FSCONFIG_SET_FLAG, "ro", NULL, 0) < 0)
		return -errno;
	if (k_fsconfig(fs_fd, K_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	return 0;
}

static int mount_loop(const struct image *img, const struct loop *l,
                      int *ret_mount_fd, struct err *err)
{
	AUTO(fd) int fs_fd = k_fsopen(img->fs->type);
	unsigned attrs = K_MOUNT_ATTR_NODEV;
	int mount_fd, r;

	if (fs_fd < 0 && errno == ENODEV)
		return err_say(err, -ENODEV,
		               "image %s holds %s, a filesystem that this "
		               "kernel does not know (modprobe %s)",
		               name_of(img), img->fs->type, img->fs->type);
	if (fs_fd < 0)
		return err_set(err, -errno, "cannot mount image %s",
		               name_of(img));
	r = make_filesystem(img, l->path, fs_fd);
	if (r < 0)
		return say_unmountable(img, fs_fd, r, err);
	if (img->read_only)
		attrs |= K_MOUNT_ATTR_RDONLY;
	mount_fd = k_fsmount(fs_fd, attrs);
	if (mount_fd < 0)
		return say_unmountable(img, fs_fd, -errno, err);
	*ret_mount_fd = mount_fd;
	return 0;
}

static int attach_alone(const struct image *img, int *ret_mount_fd,
                        struct err *err)
{
	AUTO(loop) struct loop l = {.fd = -1};
	int r = lock(img, err);

	if (!r)
		r = look_around(img, &l, err);
	if (!r && l.fd < 0)
		r = attach(img, &l, err);
	return r ? r : mount_loop(img, &l, ret_mount_fd, err);
}

int image_mount(const struct image_request *req, int *ret_mount_fd,
                struct err *err)
{
	AUTO(image) struct image img = {.req = req, .fd = -1};
	int r;

	buf_escape(&img.name, req->path);
	r = open_image(&img, err);
	if (!r)
		r = identify(&img, err);
	if (!r && req->ret_type)
		*req->ret_type = img.fs->type;
	return r ? r : attach_alone(&img, ret_mount_fd, err);
}
