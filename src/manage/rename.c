/* SPDX-License-Identifier: MIT */

#include "manage/rename.h"

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
#include "manage/belongings.h"
#include "manage/consents.h"
#include "manage/create.h"
#include "manage/macs.h"
#include "manage/remove.h"
#include "manage/workshop.h"
#include "sub/sub.h"

#define TEXT_MAX 256

/* What a file there says: "OLD NEW"; false where there is none. */
static bool read_intent(int dir_fd, char old[static NAME_BYTES],
                        char new[static NAME_BYTES])
{
	AUTO(buf) struct buf text = {0};
	AUTO(fd)
	int fd = openat(dir_fd, RENAME_FILE,
	                O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	return fd >= 0 && !file_read_fd(fd, TEXT_MAX, &text) &&
	       sscanf(buf_text(&text), "%63s %63s", old, new) == 2 &&
	       name_is_valid(old) && name_is_valid(new);
}

static int write_intent(const struct sub *s, const char *new, struct err *err)
{
	char text[2 * NAME_BYTES + 2];
	int r;

	snprintf(text, sizeof(text), "%s %s\n", s->name, new);
	r = file_replace_synced(s->dir_fd, RENAME_FILE, 0600, text);
	return r < 0 ? err_set(err, r, "cannot write %s/" RENAME_FILE, s->path)
	             : 0;
}

static void image_name(const char *name, char image[static NAME_BYTES + 8])
{
	snprintf(image, NAME_BYTES + 8, "%s.img", name);
}

/* While it is under way the image has both names: it is there before and
 * after. */
static int add_image(const struct sub *s, const char *new, struct err *err)
{
	char from[NAME_BYTES + 8], to[NAME_BYTES + 8];

	image_name(s->name, from);
	image_name(new, to);
	if (!linkat(s->dir_fd, from, s->dir_fd, to, 0) || errno == ENOENT)
		return 0;
	return err_set(err, -errno, "cannot make %s/%s", s->path, to);
}

/* Take the image's name of the other one away, if it is the same image. */
static void drop_image(int dir_fd, const char *kept, const char *dropped)
{
	char a[NAME_BYTES + 8], b[NAME_BYTES + 8];
	struct stat one, other;

	image_name(kept, a);
	image_name(dropped, b);
	if (!fstatat(dir_fd, a, &one, AT_SYMLINK_NOFOLLOW) &&
	    !fstatat(dir_fd, b, &other, AT_SYMLINK_NOFOLLOW) &&
	    one.st_dev == other.st_dev && one.st_ino == other.st_ino)
		unlinkat(dir_fd, b, 0);
}

/* Of a rename that did not come to pass, of now or before. */
static void undo(const struct sub *s)
{
	char old[NAME_BYTES], new[NAME_BYTES];

	if (read_intent(s->dir_fd, old, new) && strcmp(s->name, new) != 0)
		drop_image(s->dir_fd, s->name, new);
	unlinkat(s->dir_fd, RENAME_FILE, 0);
}

static int prepare(const struct sub *s, const char *new, struct buf *notes,
                   struct err *err)
{
	int r = write_intent(s, new, err);

	if (!r)
		r = macs_keep(s, notes, err);
	return r ? r : add_image(s, new, err);
}

/* From here on it is new. */
static int move(const struct workshop *w, const char *from, const char *to,
                struct err *err)
{
	if (renameat2(w->top_fd, from, w->top_fd, to, RENAME_NOREPLACE) < 0)
		return err_set(err, -errno, "cannot rename %s/%s to %s",
		               w->places->subhost, from, to);
	fsync(w->top_fd);
	return 0;
}

static int finish_rest(const struct places *places, int dir_fd, const char *old,
                       const char *new, struct err *err)
{
	int r;

	drop_image(dir_fd, new, old);
	r = belongings_rename(places, old, new, err);
	if (r < 0)
		return err_hint(err, "subhost rename %s %s does the rest", old,
		                new);
	unlinkat(dir_fd, RENAME_FILE, 0);
	return 0;
}

int rename_finish(struct sub *s, struct buf *notes, struct err *err)
{
	char old[NAME_BYTES], new[NAME_BYTES];
	int r;

	if (!read_intent(s->dir_fd, old, new) || strcmp(new, s->name) != 0)
		return 0;
	r = consents_move(s->places, old, new, notes, err);
	return r ? r : finish_rest(s->places, s->dir_fd, old, new, err);
}

/* casts.ini cannot follow: all of it goes back. */
static int go_back(const struct workshop *w, const struct sub *s,
                   const char *new, struct err *err)
{
	struct err why;

	if (move(w, new, s->name, &why) < 0)
		return err_hint(err, "subhost rename %s %s does the rest",
		                s->name, new);
	undo(s);
	return err->code;
}

static int rename_locked(struct sub *s, const struct workshop *w,
                         struct buf *notes, struct err *err)
{
	int r = prepare(s, w->name, notes, err);

	if (!r)
		r = move(w, s->name, w->name, err);
	if (r < 0) {
		undo(s);
		return r;
	}
	r = consents_move(s->places, s->name, w->name, notes, err);
	if (r < 0)
		return go_back(w, s, w->name, err);
	return finish_rest(s->places, s->dir_fd, s->name, w->name, err);
}

int rename_sub(struct sub *s, const char *new, struct buf *notes,
               struct err *err)
{
	AUTO(workshop) struct workshop w = WORKSHOP_NONE;
	static const char *const none[] = {NULL};
	int r = create_check_name(new, err);

	if (!r)
		r = rename_finish(s, notes, err);
	if (!r)
		r = remove_refuse_mounts(s->path, none, err);
	if (!r)
		r = consents_check(s->places, s->name, new, err);
	/* Nobody else makes it meanwhile. */
	if (!r)
		r = workshop_open(&w, s->places, new, err);
	if (r < 0)
		return r;
	undo(s);
	r = rename_locked(s, &w, notes, err);
	if (!r)
		sub_forget(s);
	return r;
}

bool rename_is_unfinished(const struct places *places, const char *old,
                          const char *new)
{
	AUTO(buf) struct buf path = {0};
	AUTO(fd) int fd = -1;
	char from[NAME_BYTES], to[NAME_BYTES];

	if (!name_is_valid(old) || !name_is_valid(new))
		return false;
	buf_printf(&path, "%s/%s", places->subhost, old);
	if (!access(path.data, F_OK))
		return false;
	path.len = 0;
	buf_printf(&path, "%s/%s", places->subhost, new);
	fd = open(path.data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0 && read_intent(fd, from, to) && !strcmp(from, old) &&
	       !strcmp(to, new);
}
