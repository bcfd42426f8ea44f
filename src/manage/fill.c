/* SPDX-License-Identifier: MIT */

#include "manage/fill.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "manage/bootstrap.h"
#include "manage/copy.h"
#include "manage/remove.h"
#include "manage/source.h"
#include "manage/tar.h"
#include "sub/place.h"
#include "sys/beneath.h"

#define SCRATCH "tmp"

static int fill_from_directory(const struct filling *f, struct err *err)
{
	AUTO(buf) struct buf to = {0};
	struct copying c = {
		.from_path = f->source->path,
		.from_fd = f->source->fd,
		.to_fd = f->root_fd,
		.progress = f->progress,
	};
	struct stat subs, source;
	int r;

	/* Neither this one into itself, nor the others' secrets. */
	if (stat(f->places->subhost, &subs) < 0 ||
	    fstat(f->source->fd, &source) < 0)
		return err_set(err, -errno, "cannot look at %s",
		               f->source->path);
	if (subs.st_dev == source.st_dev && subs.st_ino == source.st_ino)
		return err_say(err, -EINVAL, "%s is where sub hosts live",
		               f->source->path);
	c.skip_dev = subs.st_dev;
	c.skip_ino = subs.st_ino;
	buf_printf(&to, "%s/%s/root", f->places->subhost, f->name);
	c.to_path = to.data;
	r = copy_tree(&c, err);
	if (!r)
		copy_tell(&c, f->notes);
	return r;
}

static int fill_from_tar(const struct filling *f, struct err *err)
{
	const struct untar u = {
		.fd = f->source->fd,
		.path = f->source->path,
		.dir_fd = f->root_fd,
		.progress = f->progress,
		.notes = f->notes,
	};

	return tar_unpack(&u, err);
}

/* The host's own, which it would have for its HOSTNAME. */
static void forget_hostname(int root_fd)
{
	AUTO(fd) int etc_fd = beneath_open(root_fd, "/etc", false);

	if (etc_fd >= 0)
		unlinkat(etc_fd, "hostname", 0);
}

static int fill_from_suite(const struct filling *f, struct err *err)
{
	AUTO(buf) struct buf at = {0}, path = {0}, scratch = {0};
	char subhost[PATH_MAX];
	struct bootstrap b = {
		.source = f->source,
		.subhost = subhost,
		.image_fd = f->image_fd,
		.progress = f->progress,
	};
	int r;

	if (!realpath(f->places->subhost, subhost))
		return err_set(err, -errno, "cannot look at %s",
		               f->places->subhost);
	buf_printf(&at, "%s/mnt", f->path);
	buf_printf(&path, "%s/root", f->image_fd < 0 ? f->path : at.data);
	buf_printf(&scratch, "%s/" SCRATCH, f->path);
	b.at = at.data;
	b.path = path.data;
	b.scratch = scratch.data;
	if (mkdirat(f->dir_fd, SCRATCH, 0700) < 0)
		return err_set(err, -errno, "cannot make %s", scratch.data);
	r = bootstrap_run(&b, err);
	if (!r)
		r = remove_tree(f->dir_fd, SCRATCH, scratch.data, err);
	if (!r)
		forget_hostname(f->root_fd);
	return r;
}

int fill_root(const struct filling *f, struct err *err)
{
	switch (f->source->kind) {
	case SOURCE_DIRECTORY:
		return fill_from_directory(f, err);
	case SOURCE_TAR:
		return fill_from_tar(f, err);
	case SOURCE_SUITE:
		return fill_from_suite(f, err);
	case SOURCE_NONE:
		break;
	}
	return 0;
}
