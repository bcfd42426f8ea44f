/* SPDX-License-Identifier: MIT */

#include "manage/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <linux/capability.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "manage/child.h"
#include "manage/interrupt.h"
#include "manage/progress.h"
#include "sys/confine.h"

#define BLOCK     (128 << 10)
#define PATH_LEN  200 /* of a path, in an error */
#define CAP(name) (1ull << CAP_##name)

/* What a file's nature needs, and no more. */
#define POWERS                                                                 \
	(CAP(CHOWN) | CAP(DAC_OVERRIDE) | CAP(FOWNER) | CAP(FSETID) |          \
	 CAP(SETFCAP))

static const int how =
	ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
	ARCHIVE_EXTRACT_ACL | ARCHIVE_EXTRACT_XATTR | ARCHIVE_EXTRACT_SPARSE |
	ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT |
	ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS;

/* What the child counts, in memory that is shared. */
struct counts {
	unsigned devices, attributes, warnings;
	char warning[256]; /* the first */
};

struct work {
	const struct untar *u;
	struct archive *in, *out;
	struct archive_entry *entry;
	struct counts *counts;
	struct err *err;
};

static void work_auto(struct work *w)
{
	archive_read_free(w->in);
	archive_write_free(w->out);
}

static const char *words_of(struct archive *a)
{
	const char *text = archive_error_string(a);

	return text ? text : "it cannot be read";
}

/* libarchive's own words, and the kernel's where it has some. */
static int fail(const struct work *w, struct archive *a)
{
	const char *name = w->entry ? archive_entry_pathname(w->entry) : NULL;
	AUTO(buf) struct buf at = {0}, why = {0};
	int code = archive_errno(a);

	buf_escape(&at, name ? name : "");
	buf_escape(&why, words_of(a));
	if (code > 0 && code != EILSEQ && !strstr(why.data, strerror(code)))
		buf_printf(&why, ": %s", strerror(code));
	return err_say(w->err, code > 0 ? -code : -EINVAL,
	               "cannot unpack %s%s%.*s: %s", w->u->path,
	               at.len ? ", at " : "", PATH_LEN, buf_text(&at),
	               why.data);
}

static void warn(const struct work *w, struct archive *a)
{
	const char *name = archive_entry_pathname(w->entry);
	AUTO(buf) struct buf text = {0};

	if (w->counts->warnings++)
		return;
	buf_escape(&text, name ? name : "");
	buf_puts(&text, ": ");
	buf_escape(&text, words_of(a));
	snprintf(w->counts->warning, sizeof(w->counts->warning), "%s",
	         text.data);
}

/* 0 to go on; what is less than a warning is the end. */
static int judge(const struct work *w, struct archive *a, int r)
{
	if (r == ARCHIVE_WARN)
		warn(w, a);
	return r < ARCHIVE_WARN ? fail(w, a) : 0;
}

static int open_tar(struct work *w)
{
	const char *path = w->u->path;

	setlocale(LC_CTYPE, "C.UTF-8"); /* its names may be anything */
	w->in = archive_read_new();
	w->out = archive_write_disk_new();
	if (!w->in || !w->out || lseek(w->u->fd, 0, SEEK_SET) < 0)
		return err_set(w->err, -errno, "cannot read %s", path);
	archive_read_support_filter_all(w->in);
	archive_read_support_format_tar(w->in);
	archive_write_disk_set_options(w->out, how);
	if (archive_read_open_fd(w->in, w->u->fd, BLOCK) != ARCHIVE_OK)
		return err_say(w->err, -EINVAL, "%s is no tar archive: %s",
		               path, words_of(w->in));
	return 0;
}

/* Others would count on the host, or for an overlay. */
static bool is_harmless(const char *name)
{
	return !strncmp(name, "user.", 5) ||
	       !strcmp(name, "security.capability");
}

static void sift_attributes(const struct work *w)
{
	struct archive_entry *all;
	const char *name;
	const void *value;
	size_t size;

	if (!archive_entry_xattr_count(w->entry))
		return;
	all = archive_entry_clone(w->entry);
	archive_entry_xattr_clear(w->entry);
	archive_entry_xattr_reset(all);
	while (archive_entry_xattr_next(all, &name, &value, &size) ==
	       ARCHIVE_OK) {
		if (is_harmless(name))
			archive_entry_xattr_add_entry(w->entry, name, value,
			                              size);
		else
			w->counts->attributes++;
	}
	archive_entry_free(all);
}

static bool is_device(const struct work *w)
{
	mode_t type = archive_entry_filetype(w->entry);

	return type == AE_IFCHR || type == AE_IFBLK;
}

static int unpack_bytes(const struct work *w)
{
	const void *bytes;
	size_t size;
	la_int64_t at;
	int r = ARCHIVE_OK;

	while (interrupt_check(w->err) == 0) {
		r = archive_read_data_block(w->in, &bytes, &size, &at);
		if (r == ARCHIVE_EOF)
			return 0;
		r = judge(w, w->in, r);
		if (!r)
			r = judge(w, w->out,
			          (int)archive_write_data_block(w->out, bytes,
			                                        size, at));
		if (r < 0)
			return r;
		progress_add(w->u->progress, 0, size);
	}
	return w->err->code;
}

static int unpack_entry(const struct work *w)
{
	int r = interrupt_check(w->err);

	if (r < 0)
		return r;
	progress_add(w->u->progress, 1, 0);
	if (is_device(w) && !archive_entry_hardlink(w->entry)) {
		w->counts->devices++;
		return 0;
	}
	sift_attributes(w);
	r = judge(w, w->out, archive_write_header(w->out, w->entry));
	if (!r && archive_entry_size(w->entry) > 0)
		r = unpack_bytes(w);
	return r ? r : judge(w, w->out, archive_write_finish_entry(w->out));
}

static int unpack_all(struct work *w)
{
	int r = 0;

	while (!r) {
		int got = archive_read_next_header(w->in, &w->entry);

		if (got == ARCHIVE_EOF)
			break;
		r = judge(w, w->in, got);
		if (!r)
			r = unpack_entry(w);
	}
	w->entry = NULL;
	/* The times and modes of directories, which come last. */
	if (!r && archive_write_close(w->out) < ARCHIVE_WARN)
		r = fail(w, w->out);
	return r;
}

static int enter(const struct work *w)
{
	int r = 0;

	if (fchdir(w->u->dir_fd) < 0 || chroot(".") < 0)
		r = -errno;
	if (!r)
		r = confine_capabilities(POWERS);
	return r < 0 ? err_set(w->err, r, "cannot enter the new root") : 0;
}

struct child {
	const struct untar *u;
	struct counts *counts;
};

static int unpack(void *arg, struct err *err)
{
	const struct child *c = arg;
	__attribute__((cleanup(work_auto))) struct work w = {
		.u = c->u,
		.counts = c->counts,
		.err = err,
	};
	int r = open_tar(&w);

	if (!r)
		r = enter(&w);
	return r ? r : unpack_all(&w);
}

static int check(void *arg, struct err *err)
{
	__attribute__((cleanup(work_auto))) struct work w = {
		.u = arg,
		.err = err,
	};
	int r = confine_capabilities(0), got;

	if (r < 0)
		return err_set(err, r, "cannot give up powers");
	r = open_tar(&w);
	if (r < 0)
		return r;
	got = archive_read_next_header(w.in, &w.entry);
	if (got == ARCHIVE_EOF)
		return err_say(err, -EINVAL, "%s holds nothing", w.u->path);
	return got < ARCHIVE_WARN
	               ? err_say(err, -EINVAL, "%s is no tar archive: %s",
	                         w.u->path, words_of(w.in))
	               : 0;
}

int tar_check(int fd, const char *path, struct err *err)
{
	struct untar u = {.fd = fd, .path = path};

	return child_do(check, &u, err);
}

static void tell(const struct counts *c, struct buf *notes)
{
	if (c->devices)
		buf_printf(notes, "left out: %u device%s\n", c->devices,
		           c->devices == 1 ? "" : "s");
	if (c->attributes)
		buf_printf(notes, "left out: %u extended attribute%s\n",
		           c->attributes, c->attributes == 1 ? "" : "s");
	if (c->warnings)
		buf_printf(notes, "%u warning%s, the first: %s\n", c->warnings,
		           c->warnings == 1 ? "" : "s", c->warning);
}

int tar_unpack(const struct untar *u, struct err *err)
{
	struct counts *counts =
		mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
	             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct child child = {u, counts};
	int r;

	if (counts == MAP_FAILED)
		return err_set(err, -errno, "cannot unpack %s", u->path);
	r = child_do(unpack, &child, err);
	if (!r)
		tell(counts, u->notes);
	munmap(counts, sizeof(*counts));
	return r;
}
