/* SPDX-License-Identifier: MIT */

#include "manage/belongings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "manage/remove.h"
#include "model/name.h"
#include "sub/ids.h"
#include "sub/place.h"

#define FILE_BYTES (NAME_BYTES + 32)

/* Below SUBHOST_STATE: FOLDER/NAME and what follows. */
static const struct {
	const char *folder, *suffix;
} files[] = {{"log", ""}, {"log", "~1"}, {"exits", ""}};

#define FILES (sizeof(files) / sizeof(*files))

static const int folder = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

static int open_place(const char *path, struct err *err)
{
	int fd = open(path, folder);

	if (fd >= 0)
		return fd;
	return errno == ENOENT ? -ENOENT
	                       : err_set(err, -errno, "cannot open %s", path);
}

static void name_file(size_t number, const char *name,
                      char file[static FILE_BYTES])
{
	snprintf(file, FILE_BYTES, "%s/%s%s", files[number].folder, name,
	         files[number].suffix);
}

static int forget_files(const struct places *places, const char *name,
                        struct err *err)
{
	AUTO(fd) int fd = open_place(places->state, err);
	char file[FILE_BYTES];

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	for (size_t i = 0; i < FILES; i++) {
		name_file(i, name, file);
		if (unlinkat(fd, file, 0) < 0 && errno != ENOENT &&
		    errno != ENOTDIR)
			return err_set(err, -errno, "cannot remove %s/%s",
			               places->state, file);
	}
	return 0;
}

static int rename_files(const struct places *places, const char *old,
                        const char *new, struct err *err)
{
	AUTO(fd) int fd = open_place(places->state, err);
	char from[FILE_BYTES], to[FILE_BYTES];

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	for (size_t i = 0; i < FILES; i++) {
		name_file(i, old, from);
		name_file(i, new, to);
		if (renameat(fd, from, fd, to) < 0 && errno != ENOENT &&
		    errno != ENOTDIR)
			return err_set(err, -errno, "cannot rename %s/%s",
			               places->state, from);
	}
	return 0;
}

/* --- the folder of its verbs --- */

static int forget_verbs(const struct places *places, const char *name,
                        struct err *err)
{
	AUTO(fd) int fd = open_place(places->syscmd, err);
	AUTO(buf) struct buf path = {0};

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	buf_printf(&path, "%s/%s", places->syscmd, name);
	return remove_tree(fd, name, path.data, err);
}

static int rename_verbs(const struct places *places, const char *old,
                        const char *new, struct err *err)
{
	AUTO(fd) int fd = open_place(places->syscmd, err);
	int r;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	if (faccessat(fd, old, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	r = forget_verbs(places, new, err);
	if (r < 0)
		return r;
	return renameat(fd, old, fd, new) < 0
	               ? err_set(err, -errno, "cannot rename %s/%s",
	                         places->syscmd, old)
	               : 0;
}

/* --- all --- */

int belongings_forget(const struct places *places, const char *name,
                      struct err *err)
{
	int r = ids_move(places, name, NULL, err);

	if (!r)
		r = forget_verbs(places, name, err);
	return r ? r : forget_files(places, name, err);
}

int belongings_rename(const struct places *places, const char *old,
                      const char *new, struct err *err)
{
	int r = ids_move(places, old, new, err);

	if (!r)
		r = rename_verbs(places, old, new, err);
	return r ? r : rename_files(places, old, new, err);
}
