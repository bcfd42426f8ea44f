/* SPDX-License-Identifier: MIT */

#include "manage/workshop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "manage/remove.h"
#include "sub/lock.h"
#include "sub/place.h"

#define MAKING   ".creating"
#define REMOVING ".destroyed"
#define TRIES    64 /* each may meet one who sweeps */

static const int folder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

void workshop_done(struct workshop *w)
{
	struct err ignored;

	if (w->dir_fd >= 0 && *w->entry)
		remove_tree(w->top_fd, w->entry, w->path, &ignored);
	if (w->made_top && *w->entry)
		rmdir(w->places->subhost); /* if it is empty */
	fd_auto(&w->dir_fd);
	fd_auto(&w->top_fd);
	free(w->path);
	*w = (struct workshop)WORKSHOP_NONE;
}

static int open_top(struct workshop *w, struct err *err)
{
	const char *top = w->places->subhost;

	w->top_fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->top_fd < 0 && errno == ENOENT) {
		int r = file_make_dirs(top, 0755);

		if (r < 0)
			return err_set(err, r, "cannot make %s", top);
		w->made_top = true;
		w->top_fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return w->top_fd < 0
	               ? err_set(err, -errno,
	                         "cannot open %s, where sub hosts live", top)
	               : 0;
}

static int refuse_existing(const struct workshop *w, struct err *err)
{
	struct stat st;
	char config[NAME_BYTES + 8];

	snprintf(config, sizeof(config), "%s/config", w->name);
	if (fstatat(w->top_fd, w->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT
		               ? 0
		               : err_set(err, -errno, "cannot look at %s/%s",
		                         w->places->subhost, w->name);
	if (!faccessat(w->top_fd, config, F_OK, AT_SYMLINK_NOFOLLOW))
		return err_say(err, -EEXIST,
		               "there is a sub host %s already, in %s", w->name,
		               w->places->subhost);
	return err_say(err, -EEXIST,
	               "%s/%s is there already, and no sub host: it has no "
	               "config",
	               w->places->subhost, w->name);
}

/* Is fd what the name leads to? It may have been removed meanwhile. */
static bool is_there(int top_fd, const char *entry, int fd)
{
	struct stat a, b;

	return !fstatat(top_fd, entry, &a, AT_SYMLINK_NOFOLLOW) &&
	       !fstat(fd, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Make and lock it; 1: somebody swept it away at that moment. */
static int try_dir(struct workshop *w, struct err *err)
{
	AUTO(fd) int fd = -1;
	int r;

	if (mkdirat(w->top_fd, w->entry, 0700) < 0 && errno != EEXIST)
		return err_set(err, -errno, "cannot make %s", w->path);
	fd = openat(w->top_fd, w->entry, folder);
	if (fd < 0)
		return errno == ENOENT ? 1
		                       : err_set(err, -errno, "cannot open %s",
		                                 w->path);
	r = lock_take(fd, w->path, 0, err);
	if (r < 0)
		return r;
	if (!is_there(w->top_fd, w->entry, fd))
		return 1;
	w->dir_fd = fd_take(&fd);
	return 0;
}

static void name_entry(const char *name, const char *suffix,
                       char entry[static NAME_BYTES + 16])
{
	snprintf(entry, NAME_BYTES + 16, ".%s%s", name, suffix);
}

int workshop_open(struct workshop *w, const struct places *places,
                  const char *name, struct err *err)
{
	AUTO(buf) struct buf path = {0};
	char entry[NAME_BYTES + 16];
	int r;

	w->places = places;
	snprintf(w->name, sizeof(w->name), "%s", name);
	r = open_top(w, err);
	if (!r)
		r = refuse_existing(w, err);
	if (r < 0)
		return r;
	name_entry(name, MAKING, entry);
	buf_printf(&path, "%s/%s", places->subhost, entry);
	w->path = buf_take(&path);
	memcpy(w->entry, entry, sizeof(entry));
	r = 1;
	for (int i = 0; r > 0 && i < TRIES; i++)
		r = try_dir(w, err);
	if (r > 0)
		r = err_say(err, -EBUSY, "%s is removed all the time", w->path);
	/* Whoever had it may have finished. */
	return r ? r : refuse_existing(w, err);
}

int workshop_finish(struct workshop *w, struct err *err)
{
	if (renameat2(w->top_fd, w->entry, w->top_fd, w->name,
	              RENAME_NOREPLACE) < 0)
		return err_set(err, -errno, "cannot rename %s to %s", w->path,
		               w->name);
	*w->entry = '\0';
	return 0;
}

int workshop_demolish(const struct places *places, const char *name,
                      struct err *err)
{
	AUTO(fd)
	int top_fd = open(places->subhost, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO(buf) struct buf path = {0};
	char entry[NAME_BYTES + 16];
	int r;

	name_entry(name, REMOVING, entry);
	buf_printf(&path, "%s/%s", places->subhost, entry);
	if (top_fd < 0)
		return err_set(err, -errno, "cannot open %s", places->subhost);
	/* One that was left there before. */
	r = remove_tree(top_fd, entry, path.data, err);
	if (r < 0)
		return r;
	if (renameat2(top_fd, name, top_fd, entry, RENAME_NOREPLACE) < 0)
		return err_set(err, -errno, "cannot rename %s/%s to %s",
		               places->subhost, name, entry);
	return remove_tree(top_fd, entry, path.data, err);
}

/* Is it one of ours, and whose name has it? */
static bool is_leftover(const char *entry, char name[static NAME_BYTES])
{
	static const char *const suffixes[] = {MAKING, REMOVING};
	size_t len = strlen(entry);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		size_t tail = strlen(suffixes[i]);

		if (*entry != '.' || len <= tail + 1 ||
		    len - tail > NAME_BYTES ||
		    strcmp(entry + len - tail, suffixes[i]))
			continue;
		snprintf(name, NAME_BYTES, "%.*s", (int)(len - tail - 1),
		         entry + 1);
		return name_is_valid(name);
	}
	return false;
}

static bool sweep_one(const struct places *places, int top_fd,
                      const char *entry, struct buf *notes)
{
	AUTO(fd) int fd = openat(top_fd, entry, folder);
	AUTO(buf) struct buf path = {0};
	struct err err = {0};
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid() ||
	    flock(fd, LOCK_EX | LOCK_NB) < 0 || !is_there(top_fd, entry, fd))
		return false;
	buf_printf(&path, "%s/%s", places->subhost, entry);
	if (remove_tree(top_fd, entry, path.data, &err) < 0) {
		buf_printf(notes, "%s, which a killed command left: %s\n",
		           path.data, err.text);
		return false;
	}
	buf_printf(notes, "removed %s, which a killed command left\n",
	           path.data);
	return true;
}

void workshop_sweep(const struct places *places, const char *name,
                    bool *ret_name, struct buf *notes)
{
	DIR *dir = opendir(places->subhost);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		char whose[NAME_BYTES];

		if (is_leftover(e->d_name, whose) &&
		    sweep_one(places, dirfd(dir), e->d_name, notes) &&
		    ret_name && !strcmp(whose, name))
			*ret_name = true;
	}
	if (dir)
		closedir(dir);
}
