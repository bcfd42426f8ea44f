/* SPDX-License-Identifier: MIT */

#include "sub/sub.h"

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
#include "base/mem.h"
#include "model/record.h"
#include "sub/lock.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

void sub_done(struct sub *s)
{
	free(s->path);
	fd_auto(&s->dir_fd);
	fd_auto(&s->run_fd);
	*s = (struct sub)SUB_NONE;
}

/* The error of a name that is not there, with the near one that is. */
static int say_unknown(const char *root, const char *name, struct err *err)
{
	DIR *dir = opendir(root);
	struct dirent *e;

	if (!dir) {
		err_set(err, -errno, "cannot open %s, where sub hosts live",
		        root);
		return err_hint(err, "mkdir it, or set SUBHOST or --root");
	}
	err_say(err, -ENOENT, "there is no sub host %s in %s", name, root);
	while ((e = readdir(dir))) {
		if (name_is_valid(e->d_name) && name_is_near(name, e->d_name)) {
			err_hint(err, "did you mean %s?", e->d_name);
			break;
		}
	}
	closedir(dir);
	return -ENOENT;
}

static int open_dir(struct sub *s, struct err *err)
{
	s->dir_fd =
		open(s->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (s->dir_fd >= 0)
		return 0;
	if (errno == ENOENT)
		return say_unknown(s->places->subhost, s->name, err);
	if (errno == ENOTDIR || errno == ELOOP)
		return err_say(err, -ENOTDIR, "%s is not a directory", s->path);
	return err_set(err, -errno, "cannot open %s", s->path);
}

int sub_open(struct sub *s, const struct places *places, const char *name,
             struct err *err)
{
	AUTO(buf) struct buf path = {0};
	char tag[10];

	if (!name_is_valid(name)) {
		AUTO(buf) struct buf shown = {0};

		buf_escape(&shown, name);
		return err_say(err, -EINVAL,
		               "%.200s is no name of a sub host: %s",
		               buf_text(&shown), name_fault(name));
	}
	s->places = places;
	snprintf(s->name, sizeof(s->name), "%s", name);
	places_tag(places, tag);
	snprintf(s->mark, sizeof(s->mark), "subhost:%s%s", name, tag);
	buf_printf(&path, "%s/%s", places->subhost, name);
	s->path = buf_take(&path);
	return open_dir(s, err);
}

/* Whoever had the lock may have removed or renamed it. */
static int check_there(const struct sub *s, struct err *err)
{
	struct stat mine, there;

	if (fstat(s->dir_fd, &mine) < 0)
		return err_set(err, -errno, "cannot look at %s", s->path);
	if (!lstat(s->path, &there) && mine.st_dev == there.st_dev &&
	    mine.st_ino == there.st_ino)
		return 0;
	return err_say(err, -ENOENT, "%s was removed or renamed meanwhile",
	               s->path);
}

int sub_lock(struct sub *s, unsigned seconds, struct err *err)
{
	int r = lock_take(s->dir_fd, s->path, seconds, err);

	return r ? r : check_there(s, err);
}

void sub_let_go(struct sub *s)
{
	flock(s->dir_fd, LOCK_UN);
	if (s->run_fd < 0)
		return;
	flock(s->run_fd, LOCK_UN);
	close(s->run_fd);
	s->run_fd = -1;
}

int sub_close_to_others(struct sub *s, bool *ret_changed, struct err *err)
{
	struct stat st;

	if (fstat(s->dir_fd, &st) < 0)
		return err_set(err, -errno, "cannot look at %s", s->path);
	if (st.st_uid != geteuid())
		return err_say(err, -EPERM,
		               "%s belongs to uid %u, not to root; chown it",
		               s->path, st.st_uid);
	*ret_changed = st.st_mode & 077;
	if (*ret_changed && fchmod(s->dir_fd, 0700) < 0)
		return err_set(err, -errno, "cannot close %s to other users",
		               s->path);
	return 0;
}

int sub_hold_run(struct sub *s, struct err *err)
{
	int r = places_hold_run(s->places, &s->run_fd);

	return r < 0 ? err_set(err, r, "cannot open %s", s->places->run) : 0;
}

/* The boot id, read once: records of before the last boot tell nothing. */
static int read_boot_id(struct sub *s)
{
	AUTO(buf) struct buf b = {0};
	int r;

	if (*s->boot)
		return 0;
	r = file_read(AT_FDCWD, BOOT_ID, sizeof(s->boot) - 1, &b);
	if (r < 0)
		return r;
	snprintf(s->boot, sizeof(s->boot), "%s", buf_text(&b));
	s->boot[strcspn(s->boot, "\n")] = '\0';
	return 0;
}

int sub_recall(struct sub *s, struct record *ret_record, struct err *err)
{
	AUTO(buf) struct buf text = {0};
	char path[4096];
	int r;

	snprintf(path, sizeof(path), "%s/%s", s->places->run, s->name);
	r = file_read(AT_FDCWD, path, RECORD_MAX, &text);
	if (r == -ENOENT)
		return 1;
	if (r < 0)
		return err_set(err, r, "cannot read %s", path);
	r = read_boot_id(s);
	if (r < 0)
		return err_set(err, r, "cannot read " BOOT_ID);
	r = record_parse(ret_record, buf_text(&text));
	if (r < 0) /* half a record is none: the marks will tell */
		return 1;
	if (ret_record->boot && !strcmp(ret_record->boot, s->boot))
		return 0;
	record_done(ret_record);
	return 1;
}

int sub_remember(struct sub *s, const struct record *record, struct err *err)
{
	AUTO(buf) struct buf text = {0};
	struct record whole = *record;
	int r = read_boot_id(s);

	if (!r) {
		whole.boot = s->boot;
		record_print(&whole, &text);
		r = text.len > RECORD_MAX ? -E2BIG : 0;
	}
	if (!r) {
		r = file_replace(s->run_fd, s->name, buf_text(&text));
	}
	return r < 0 ? err_set(err, r, "cannot write the record %s/%s",
	                       s->places->run, s->name)
	             : 0;
}

void sub_forget(struct sub *s)
{
	file_abandon(s->run_fd, s->name);
	unlinkat(s->run_fd, s->name, 0);
}
