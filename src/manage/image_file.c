/* SPDX-License-Identifier: MIT */

#include "manage/image_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/words.h"
#include "manage/child.h"
#include "manage/interrupt.h"
#include "manage/progress.h"
#include "root/content.h"

#define STEP (256ull << 20) /* at once, between looks at what we are told */

/* What is free where path is, or the nearest directory above that is there. */
static int find_room(const char *path, uint64_t *ret_bytes)
{
	AUTO(mem) char *at = mem_copy(path);
	struct statvfs fs;
	char *slash;

	while (statvfs(*at ? at : "/", &fs) < 0) {
		slash = strrchr(at, '/');
		if (errno != ENOENT || !slash)
			return -errno;
		*slash = '\0';
	}
	*ret_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	return 0;
}

int image_file_check(const char *path, const struct image_wish *wish,
                     struct err *err)
{
	AUTO(buf) struct buf room = {0}, wanted = {0};
	char mkfs[32];
	uint64_t bytes = 0;
	int r = find_room(path, &bytes);

	if (r < 0)
		return err_set(err, r, "cannot look for room in %s", path);
	progress_print_bytes(bytes, &room);
	progress_print_bytes(wish->bytes, &wanted);
	if (bytes < wish->bytes)
		return err_say(err, -ENOSPC,
		               "the filesystem of %s has %s free, and the "
		               "image wants %s",
		               path, room.data, wanted.data);
	snprintf(mkfs, sizeof(mkfs), "mkfs.%s", wish->kind->type);
	return program_exists(mkfs) ? 0
	                            : err_say(err, -ENOENT,
	                                      "there is no %s here; apt-get "
	                                      "install %s",
	                                      mkfs, wish->kind->package);
}

static int set_aside(int fd, uint64_t bytes, struct err *err)
{
	for (uint64_t at = 0; at < bytes; at += STEP) {
		uint64_t len = bytes - at < STEP ? bytes - at : STEP;
		int r = interrupt_check(err);

		if (r < 0)
			return r;
		do
			r = posix_fallocate(fd, (off_t)at, (off_t)len);
		while (r == EINTR && !interrupt_check(err));
		if (r == EINTR)
			return interrupt_check(err);
		if (r)
			return err_set(err, -r, "cannot make the image");
	}
	return 0;
}

static int run_mkfs(const char *path, const struct image_wish *wish,
                    struct err *err)
{
	AUTO(words) struct words argv = {0};
	AUTO(buf) struct buf name = {0};
	struct program p = {0};

	buf_printf(&name, "mkfs.%s", wish->kind->type);
	words_add(&argv, name.data);
	for (const char *const *o = wish->kind->options; *o; o++)
		words_add(&argv, *o);
	words_add(&argv, path);
	p.argv = (const char *const *)argv.v;
	return program_run(&p, err);
}

int image_file_make(const char *path, const struct image_wish *wish,
                    struct err *err)
{
	AUTO(fd)
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	              0600);
	int r;

	if (fd < 0)
		return err_set(err, -errno, "cannot make %s", path);
	r = set_aside(fd, wish->bytes, err);
	return r ? r : run_mkfs(path, wish, err);
}

int image_file_part(int fd, const char *path, struct err *err)
{
	const char *argv[] = {"btrfstune", "-f", "-m", path, NULL};
	struct program p = {.argv = argv};
	struct image_bytes bytes = {.fd = fd, .name = path};
	struct content content;
	struct err unknown;

	/* What it is, is for its start to say. */
	if (content_find(&bytes, &content, &unknown) < 0 ||
	    strcmp(content.type, "btrfs") != 0)
		return 0;
	return program_run(&p, err);
}
