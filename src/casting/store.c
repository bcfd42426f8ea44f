/* SPDX-License-Identifier: MIT */

#include "casting/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "cast/difference.h"
#include "cast/ini.h"
#include "cast/request.h"
#include "casting/casting.h"
#include "casting/journal.h"
#include "sub/lock.h"
#include "sub/place.h"

/* No sub host can have such names. */
#define GOOD    ".good"
#define PENDING ".pending"
#define BEGUN   ".begun"

static const int folder = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

void store_note_begun(const struct casting *c)
{
	mknodat(c->lock_fd, BEGUN, S_IFREG | 0600, 0);
}

void store_note_done(const struct casting *c)
{
	unlinkat(c->lock_fd, BEGUN, 0);
}

void store_abandon(const struct casting *c)
{
	AUTO(fd) int fd = open(c->places->etc, folder);

	if (fd >= 0)
		file_abandon(fd, STORE_FILE);
	store_note_done(c);
}

bool store_was_begun(const struct casting *c)
{
	return !faccessat(c->lock_fd, BEGUN, F_OK, 0);
}

int store_lock(struct casting *c, unsigned seconds, struct err *err)
{
	AUTO(buf) struct buf path = {0};
	int r;

	buf_printf(&path, "%s/" PLACES_CASTS, c->places->run);
	if (mkdir(path.data, 0700) < 0 && errno != EEXIST)
		return err_set(err, -errno, "cannot make %s", path.data);
	c->lock_fd = open(path.data, folder | O_NOFOLLOW);
	if (c->lock_fd < 0)
		return err_set(err, -errno, "cannot open %s", path.data);
	r = lock_take(c->lock_fd, path.data, seconds, err);
	if (r < 0) {
		close(c->lock_fd);
		c->lock_fd = -1;
	}
	return r;
}

/* What tells one text of the file from another. */
static struct stamp stamp_of(const struct stat *st)
{
	return (struct stamp){
		.dev = st->st_dev,
		.ino = st->st_ino,
		.size = (unsigned long)st->st_size,
		.seconds = st->st_ctim.tv_sec,
		.nanoseconds = st->st_ctim.tv_nsec,
	};
}

static bool stamp_equals(const struct stamp *a, const struct stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->seconds == b->seconds && a->nanoseconds == b->nanoseconds;
}

static void path_of(const struct places *places, struct buf *b)
{
	buf_printf(b, "%s/" STORE_FILE, places->etc);
}

/* As a file that does not exist: an empty one. */
static int open_file(const struct places *places, struct stat *ret_st)
{
	AUTO(buf) struct buf path = {0};
	AUTO(fd) int fd = -1;

	*ret_st = (struct stat){0};
	path_of(places, &path);
	fd = open(path.data, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? -ENOENT : -errno;
	if (fstat(fd, ret_st) < 0)
		return -errno;
	return S_ISREG(ret_st->st_mode) ? fd_take(&fd) : -EINVAL;
}

/* It decides who sees whose files: nobody but root may write it. */
static int check_owner(const struct stat *st, const char *path, struct err *err)
{
	if (st->st_uid == geteuid() && !(st->st_mode & 022))
		return 0;
	return err_say(err, -EPERM,
	               "%s has to be root's and writable by nobody else; chown "
	               "and chmod it",
	               path);
}

static int parse(struct casting *c, const struct buf *text, struct err *err)
{
	AUTO(casts) struct casts casts = {0};
	AUTO(buf) struct buf path = {0};
	int r;

	path_of(c->places, &path);
	r = ini_parse(buf_text(text), text->len, path.data, &casts, err);
	if (r < 0)
		return r;
	casts_done(&c->casts);
	c->casts = casts;
	casts = (struct casts){0};
	return 0;
}

static void write_good(const struct casting *c, const char *text)
{
	if (!*text)
		unlinkat(c->lock_fd, GOOD, 0);
	else
		file_replace(c->lock_fd, GOOD, text);
}

/* What was edited since a command of ours last read or wrote it is in the
 * journal, too. */
static void journal_edit(const struct casting *c, const struct buf *before)
{
	AUTO(casts) struct casts casts = {0};
	AUTO(effects) struct effects effects = {0};
	struct err ignored;

	if (ini_parse(before->data, before->len, GOOD, &casts, &ignored) < 0)
		return;
	difference_of(&casts, &c->casts, &effects);
	journal_add(c->places, "root", "file", &effects);
}

/* Keep the text for the time when the file cannot be read. That may fail: then
 * there is none. */
static void keep_good(const struct casting *c, const struct buf *text)
{
	AUTO(buf) struct buf before = {0};
	struct stat st;

	if (!fstatat(c->lock_fd, GOOD, &st, AT_SYMLINK_NOFOLLOW) &&
	    (size_t)st.st_size == text->len &&
	    st.st_mtim.tv_sec > c->stamp.seconds)
		return;
	if (!file_read(c->lock_fd, GOOD, STORE_MAX, &before) &&
	    strcmp(buf_text(&before), buf_text(text)))
		journal_edit(c, &before);
	if (strcmp(buf_text(&before), buf_text(text)))
		write_good(c, buf_text(text));
}

/*
 * What was taken off and could not be recorded in the file (it cannot be read,
 * the disk is full) is kept here, with the stamp of the file that it is about,
 * for as long as that file stays as it is.
 */
static void stamp_print(const struct stamp *s, struct buf *b)
{
	buf_printf(b, "%lu %lu %lu %ld %ld\n", s->dev, s->ino, s->size,
	           s->seconds, s->nanoseconds);
}

static bool read_pending(const struct casting *c, const struct stamp *stamp,
                         struct buf *text)
{
	AUTO(buf) struct buf head = {0}, all = {0};

	if (c->lock_fd < 0 || file_read(c->lock_fd, PENDING, STORE_MAX, &all))
		return false;
	stamp_print(stamp, &head);
	if (strncmp(buf_text(&all), head.data, head.len) != 0)
		return false;
	buf_puts(text, all.data + head.len);
	return true;
}

static void drop_pending(const struct casting *c)
{
	if (c->lock_fd >= 0 && !c->is_looking)
		unlinkat(c->lock_fd, PENDING, 0);
}

/* Somebody has put one there since this was read. */
static bool has_other_pending(struct casting *c)
{
	struct stat st;
	unsigned long ino = 0;
	bool is_other;

	if (c->lock_fd >= 0 &&
	    !fstatat(c->lock_fd, PENDING, &st, AT_SYMLINK_NOFOLLOW))
		ino = st.st_ino;
	is_other = ino != c->pending;
	c->pending = ino;
	return is_other;
}

int store_keep_pending(struct casting *c, const struct casts *now,
                       struct err *err)
{
	AUTO(buf) struct buf text = {0}, good = {0};
	AUTO(casts) struct casts casts = {0};
	const char *base = c->text;
	int r;

	if (c->fault) {
		if (!read_pending(c, &c->stamp, &good))
			file_read(c->lock_fd, GOOD, STORE_MAX, &good);
		base = ini_parse(buf_text(&good), good.len, GOOD, &casts, err)
		               ? ""
		               : buf_text(&good);
	}
	stamp_print(&c->stamp, &text);
	ini_rewrite(base, strlen(base), now, &text);
	r = file_replace(c->lock_fd, PENDING, text.data);
	has_other_pending(c);
	return r < 0 ? err_set(err, r, "cannot write %s/" PLACES_CASTS,
	                       c->places->run)
	             : 0;
}

/* The file cannot be read: what it last said goes on. */
static int fall_back(struct casting *c, struct err *why)
{
	AUTO(buf) struct buf text = {0};
	struct err ignored;

	free(c->fault);
	c->fault = mem_copy(why->text);
	if (!read_pending(c, &c->stamp, &text) &&
	    file_read(c->lock_fd, GOOD, STORE_MAX, &text) < 0)
		text.len = 0;
	if (parse(c, &text, &ignored) < 0)
		casts_done(&c->casts);
	return 0;
}

int store_read(struct casting *c, struct err *err)
{
	AUTO(buf) struct buf text = {0}, pending = {0}, path = {0};
	AUTO(fd) int fd = -1;
	struct err why = {0};
	struct stamp stamp;
	struct stat st;
	int r;

	path_of(c->places, &path);
	fd = open_file(c->places, &st);
	stamp = stamp_of(&st);
	if (fd < 0 && fd != -ENOENT) {
		err_set(&why, fd, "cannot open %s", path.data);
		return fall_back(c, &why);
	}
	if (!has_other_pending(c) && c->text && stamp_equals(&stamp, &c->stamp))
		return 0;
	r = fd < 0 ? 0 : file_read_fd(fd, STORE_MAX, &text);
	if (r < 0)
		return err_set(err, r, "cannot read %s", path.data);
	free(c->text);
	c->text = mem_copy(buf_text(&text));
	c->stamp = stamp;
	r = fd < 0 ? 0 : check_owner(&st, path.data, &why);
	if (!r)
		r = parse(c, &text, &why);
	if (r < 0)
		return fall_back(c, &why);
	if (read_pending(c, &stamp, &pending) && !parse(c, &pending, &why)) {
		free(c->text);
		c->text = buf_take(&pending);
	} else {
		drop_pending(c);
	}
	if (c->lock_fd >= 0 && !c->is_looking)
		keep_good(c, &text);
	free(c->fault);
	c->fault = NULL;
	return 0;
}

void store_revert(struct casting *c)
{
	struct buf text = {.data = c->text, .len = strlen(c->text)};
	struct err why = {0};

	if (!c->fault && !parse(c, &text, &why))
		return;
	if (c->fault)
		err_say(&why, -EINVAL, "%s", c->fault);
	fall_back(c, &why);
}

bool store_exists(const struct places *places)
{
	AUTO(buf) struct buf path = {0};

	path_of(places, &path);
	return !access(path.data, F_OK);
}

bool store_mentions(const struct places *places, const char *name)
{
	AUTO(buf) struct buf text = {0};
	struct stat st;
	AUTO(fd) int fd = open_file(places, &st);

	if (fd < 0)
		return fd != -ENOENT;
	if (file_read_fd(fd, STORE_MAX, &text) < 0)
		return true;
	return memmem(buf_text(&text), text.len, name, strlen(name));
}

/* Synced, and its folder: an answer "ok" outlives a power cut. */
static int replace(const struct places *places, const char *text, mode_t mode,
                   struct stamp *ret_stamp)
{
	AUTO(fd) int dir_fd = -1;
	AUTO(fd) int fd = -1;
	struct stat st;
	int r = file_make_dirs(places->etc, 0755);

	if (r < 0)
		return r;
	dir_fd = open(places->etc, folder);
	if (dir_fd < 0)
		return -errno;
	r = file_replace_synced(dir_fd, STORE_FILE, mode, text);
	if (r < 0)
		return r;
	fd = openat(dir_fd, STORE_FILE, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	*ret_stamp = stamp_of(&st);
	return 0;
}

int store_write_text(struct casting *c, struct buf *text, struct err *err)
{
	AUTO(buf) struct buf path = {0};
	struct stamp stamp;
	struct stat st;
	AUTO(fd) int fd = open_file(c->places, &st);
	int r;

	path_of(c->places, &path);
	if (fd < 0 && fd != -ENOENT)
		return err_set(err, fd, "cannot open %s", path.data);
	stamp = stamp_of(&st);
	if (!stamp_equals(&stamp, &c->stamp))
		return 1;
	if (!strcmp(buf_text(text), c->text))
		return 0;
	r = replace(c->places, buf_text(text),
	            fd < 0 ? 0600 : st.st_mode & 0755, &c->stamp);
	if (r < 0)
		return err_set(err, r, "cannot write %s", path.data);
	free(c->text);
	c->text = buf_take(text);
	write_good(c, c->text);
	return 0;
}

int store_write(struct casting *c, const struct casts *now, struct err *err)
{
	AUTO(buf) struct buf text = {0};

	ini_rewrite(c->text, strlen(c->text), now, &text);
	return store_write_text(c, &text, err);
}
