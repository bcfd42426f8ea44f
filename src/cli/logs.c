/* SPDX-License-Identifier: MIT */
/*
 * subhost logs NAME: what a detached one has written on its console, out of
 * both files of its log, older first. A line is shown whole, but for the last
 * of one that is followed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/since.h"
#include "cli/verb.h"
#include "model/log_line.h"
#include "run/log.h"
#include "sub/sub.h"

#define READ_BYTES 65536
#define OPEN_TRIES 16

/* One of the two files, as far as it was read. */
struct file {
	int fd;
	struct buf line; /* begun, and not read to its end */
	bool is_shown;   /* of that a part is on the screen already */
};

struct logs {
	const struct context *context;
	char name[NAME_BYTES], older[NAME_BYTES + sizeof(LOG_OLDER)];
	char since[LOG_STAMP_BYTES + 1]; /* "": all */
	bool is_terminal;                /* so control bytes are escaped */
	size_t skip;                     /* lines that are not shown */
	size_t count;                    /* lines that would be */
	bool counts;                     /* they are only counted now */
	int dir_fd, notes_fd;
	struct file now, before;
};

static void logs_auto(struct logs *l)
{
	fd_auto(&l->dir_fd);
	fd_auto(&l->notes_fd);
	fd_auto(&l->now.fd);
	fd_auto(&l->before.fd);
	buf_done(&l->now.line);
	buf_done(&l->before.line);
}

/* The bytes of one printable character; 0: what comes must be escaped. */
static size_t printable(const unsigned char *at, size_t n)
{
	size_t len = *at < 0x80                   ? 1
	             : *at >= 0xc2 && *at <= 0xdf ? 2
	             : *at >= 0xe0 && *at <= 0xef ? 3
	             : *at >= 0xf0 && *at <= 0xf4 ? 4
	                                          : 0;

	if (!len || len > n)
		return 0;
	if (len == 1)
		return (*at >= 0x20 && *at != 0x7f) || *at == '\t' ||
		       *at == '\n';
	for (size_t i = 1; i < len; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	/* The controls of Latin 1 are such as well. */
	return len == 2 && *at == 0xc2 && at[1] < 0xa0 ? 0 : len;
}

static void show(const struct logs *l, const char *bytes, size_t n)
{
	if (!l->is_terminal) {
		fwrite(bytes, 1, n, stdout);
		return;
	}
	for (size_t i = 0; i < n;) {
		const unsigned char *at = (const unsigned char *)bytes + i;
		size_t len = printable(at, n - i);

		if (len)
			fwrite(at, 1, len, stdout);
		else
			printf("\\x%02x", *at);
		i += len ? len : 1;
	}
}

static bool is_wanted(const struct logs *l, const char *line, size_t n)
{
	return !*l->since || (n >= LOG_STAMP_BYTES &&
	                      memcmp(line, l->since, LOG_STAMP_BYTES) >= 0);
}

/* A line, or the rest of one. */
static void take_line(struct logs *l, struct file *f)
{
	bool wanted = f->is_shown || is_wanted(l, f->line.data, f->line.len);

	if (wanted && !f->is_shown && l->skip && !l->counts)
		l->skip--;
	else if (wanted && !l->counts)
		show(l, f->line.data, f->line.len);
	l->count += wanted;
	buf_done(&f->line);
	f->is_shown = false;
}

static void take(struct logs *l, struct file *f, const char *bytes, size_t n)
{
	while (n) {
		const char *end = memchr(bytes, '\n', n);
		size_t len = end ? (size_t)(end - bytes) + 1 : n;

		buf_add(&f->line, bytes, len);
		bytes += len;
		n -= len;
		if (end)
			take_line(l, f);
	}
}

static int read_all(struct logs *l, struct file *f, struct err *err)
{
	static char bytes[READ_BYTES];
	ssize_t n;

	while ((n = read(f->fd, bytes, sizeof(bytes))) > 0)
		take(l, f, bytes, (size_t)n);
	return n < 0 ? err_set(err, -errno, "cannot read its log") : 0;
}

/* What has no end yet, such as a prompt. */
static void show_begun(struct logs *l, struct file *f)
{
	if (!f->line.len || l->skip ||
	    (!f->is_shown && !is_wanted(l, f->line.data, f->line.len)))
		return;
	show(l, f->line.data, f->line.len);
	buf_done(&f->line);
	f->is_shown = true;
}

static int open_one(const struct logs *l, const char *name)
{
	return openat(l->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

static bool is_same(int a_fd, int b_fd)
{
	struct stat a, b;

	return a_fd >= 0 && b_fd >= 0 && !fstat(a_fd, &a) && !fstat(b_fd, &b) &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Both, as they were at one moment. */
static void open_both(struct logs *l)
{
	for (int i = 0; i < OPEN_TRIES; i++) {
		fd_auto(&l->now.fd);
		fd_auto(&l->before.fd);
		l->now.fd = open_one(l, l->name);
		l->before.fd = open_one(l, l->older);
		if (l->now.fd >= 0 && !is_same(l->now.fd, l->before.fd))
			return;
	}
}

static int open_log(struct logs *l, const struct sub *s, struct err *err)
{
	AUTO(buf) struct buf folder = {0};

	snprintf(l->name, sizeof(l->name), "%s", s->name);
	snprintf(l->older, sizeof(l->older), "%s" LOG_OLDER, s->name);
	buf_printf(&folder, "%s/" LOG_FOLDER, s->places->state);
	l->dir_fd = open(folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l->dir_fd >= 0)
		open_both(l);
	if (l->now.fd < 0 && l->before.fd < 0)
		return err_say(err, -ENOENT,
		               "%s has no log: it was never started detached "
		               "(subhost start -d %s)",
		               s->name, s->name);
	return 0;
}

static int read_both(struct logs *l, struct err *err)
{
	int r = l->before.fd < 0 ? 0 : read_all(l, &l->before, err);

	if (!r && l->before.line.len)
		take_line(l, &l->before);
	return r || l->now.fd < 0 ? r : read_all(l, &l->now, err);
}

/* Only the last lines: they are counted first. */
static int skip_to_last(struct logs *l, size_t lines, struct err *err)
{
	int r;

	l->counts = true;
	r = read_both(l, err);
	l->count += l->now.line.len > 0;
	l->counts = false;
	l->skip = l->count > lines ? l->count - lines : 0;
	buf_done(&l->now.line);
	if (l->now.fd >= 0)
		lseek(l->now.fd, 0, SEEK_SET);
	if (l->before.fd >= 0)
		lseek(l->before.fd, 0, SEEK_SET);
	return r;
}

/* Of the file that is open now; the folder says when there is another. */
static void watch(struct logs *l)
{
	char path[32];

	if (l->now.fd < 0)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", l->now.fd);
	inotify_add_watch(l->notes_fd, path, IN_MODIFY);
}

static bool is_current(const struct logs *l)
{
	struct stat a, b;

	return l->now.fd >= 0 && !fstat(l->now.fd, &a) &&
	       !fstatat(l->dir_fd, l->name, &b, AT_SYMLINK_NOFOLLOW) &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* It was rotated: what follows is the next one, if we were not too slow. */
static int go_on(struct logs *l, struct err *err)
{
	AUTO(fd) int last_fd = l->now.fd;
	int r = 0;

	if (l->now.line.len)
		take_line(l, &l->now);
	l->now.fd = -1;
	open_both(l);
	if (last_fd >= 0 && l->before.fd >= 0 &&
	    !is_same(last_fd, l->before.fd)) {
		fflush(stdout);
		fprintf(stderr,
		        "%s: the log was rotated faster than it was "
		        "read; some of it may be left out\n",
		        l->context->program);
		r = read_all(l, &l->before, err);
	}
	watch(l);
	return r;
}

static int follow(struct logs *l, struct err *err)
{
	char events[4096]
		__attribute__((aligned(__alignof__(struct inotify_event))));
	int r = 0;

	while (!r && !fflush(stdout) && !ferror(stdout)) {
		bool was_current = is_current(l);

		if (l->now.fd >= 0)
			r = read_all(l, &l->now, err);
		if (!r && !was_current)
			r = go_on(l, err);
		if (r || !was_current)
			continue;
		show_begun(l, &l->now);
		fflush(stdout);
		if (read(l->notes_fd, events, sizeof(events)) < 0 &&
		    errno != EINTR)
			r = err_set(err, -errno, "cannot watch its log");
	}
	return r;
}

static int begin_to_follow(struct logs *l, struct err *err)
{
	char path[32];

	l->notes_fd = inotify_init1(IN_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", l->dir_fd);
	if (l->notes_fd < 0 ||
	    inotify_add_watch(l->notes_fd, path, IN_CREATE | IN_MOVED_TO) < 0)
		return err_set(err, -errno, "cannot watch its log");
	watch(l);
	return 0;
}

static int run(struct logs *l, const struct sub *s, struct err *err)
{
	const struct context *c = l->context;
	int r = open_log(l, s, err);

	if (!r && c->follows)
		r = begin_to_follow(l, err);
	if (!r && c->lines >= 0)
		r = skip_to_last(l, (size_t)c->lines, err);
	if (!r)
		r = read_both(l, err);
	if (!r)
		show_begun(l, &l->now);
	return r || !c->follows ? r : follow(l, err);
}

int verb_logs(struct context *c, int argc, char **argv)
{
	AUTO(sub) struct sub s = SUB_NONE;
	AUTO(logs)
	struct logs l = {
		.context = c,
		.is_terminal = isatty(1),
		.dir_fd = -1,
		.notes_fd = -1,
		.now.fd = -1,
		.before.fd = -1,
	};
	struct err err = {0};
	int r;

	if (argc != 1)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	r = c->since ? since_parse(c->since, time(NULL), l.since, &err) : 0;
	if (!r)
		r = sub_open(&s, &c->places, argv[0], &err);
	if (!r)
		r = run(&l, &s, &err);
	fflush(stdout);
	if (r < 0)
		context_fail(c, &err);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
