/* SPDX-License-Identifier: MIT */
/*
 * subhost events: what happened to whom while something was up. Who follows
 * goes on through a full file put aside, and through a time when nothing is up.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <poll.h>
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
#include "base/file.h"
#include "cli/context.h"
#include "cli/verb.h"
#include "model/log_line.h"
#include "sub/event.h"

#define LINES    20   /* that are shown unless -n says otherwise */
#define LOOK_MS  1000 /* for a SUBHOST_RUN that is not there */
#define READ_MAX (64 << 20)

struct events {
	const struct context *context;
	int fd;           /* of the file that is read; -1: none */
	int notes_fd;     /* inotify; -1 */
	struct buf begun; /* of a line whose end is not there yet */
	bool is_watching; /* SUBHOST_RUN */
};

static void events_auto(struct events *e)
{
	fd_auto(&e->fd);
	fd_auto(&e->notes_fd);
	buf_done(&e->begun);
}

static void print_json(const struct event *event)
{
	struct json_object *o = json_object_new_object();
	char stamp[LOG_STAMP_BYTES + 1];

	log_stamp(event->time, stamp);
	json_object_object_add(o, "time", json_object_new_string(stamp));
	json_object_object_add(o, "name", json_object_new_string(event->name));
	json_object_object_add(o, "event", json_object_new_string(event->what));
	json_object_object_add(o, "text", json_object_new_string(event->text));
	puts(json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

static void print_row(const struct event *event)
{
	time_t t = (time_t)(event->time / 1000000);
	char when[32] = "-";
	struct tm tm;

	if (localtime_r(&t, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	printf("%-19s %-20s %-*s%s\n", when, event->name, *event->text ? 11 : 0,
	       event->what, event->text);
}

/* Lines that a crash has cut short are left out. */
static void print_line(const struct events *e, char *line)
{
	struct event event;

	if (!event_parse(line, &event))
		return;
	if (e->context->is_json)
		print_json(&event);
	else
		print_row(&event);
}

/* What was appended since. */
static int read_on(struct events *e, struct err *err)
{
	AUTO(buf) struct buf text = e->begun;
	char *rest, *line;
	int r;

	e->begun = (struct buf){0};
	r = file_read_fd(e->fd, READ_MAX, &text);
	if (r < 0)
		return err_set(err, r, "cannot read the events");
	rest = text.data;
	while (rest && strchr(rest, '\n')) {
		line = strsep(&rest, "\n");
		print_line(e, line);
	}
	if (rest)
		buf_puts(&e->begun, rest);
	return 0;
}

static void open_current(struct events *e)
{
	AUTO(buf) struct buf path = {0};

	fd_auto(&e->fd);
	buf_done(&e->begun);
	buf_printf(&path, "%s/" EVENT_FILE, e->context->places.run);
	e->fd = open(path.data, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (e->fd < 0)
		return;
	buf_done(&path);
	buf_printf(&path, "/proc/self/fd/%d", e->fd);
	if (e->notes_fd >= 0)
		inotify_add_watch(e->notes_fd, path.data,
		                  IN_MODIFY | IN_MOVE_SELF | IN_ATTRIB);
}

static bool is_current(const struct events *e)
{
	AUTO(buf) struct buf path = {0};
	struct stat mine, there;

	buf_printf(&path, "%s/" EVENT_FILE, e->context->places.run);
	return e->fd >= 0 && !fstat(e->fd, &mine) &&
	       !lstat(path.data, &there) && mine.st_dev == there.st_dev &&
	       mine.st_ino == there.st_ino;
}

static int take_both(struct events *e, struct buf *text, struct err *err)
{
	AUTO(buf) struct buf path = {0};
	int r;

	buf_printf(&path, "%s/" EVENT_OLDER, e->context->places.run);
	r = file_read(AT_FDCWD, path.data, READ_MAX, text);
	if (!r || r == -ENOENT)
		r = e->fd < 0 ? 0 : file_read_fd(e->fd, READ_MAX, text);
	return r < 0 ? err_set(err, r, "cannot read the events") : 0;
}

static char *last_lines(char *text, size_t len, long lines)
{
	char *at = text + len;

	for (; at > text; at--)
		if (at[-1] == '\n' && lines-- == 0)
			break;
	return at;
}

static int show_last(struct events *e, struct err *err)
{
	long lines = e->context->lines < 0 ? LINES : e->context->lines;
	AUTO(buf) struct buf text = {0};
	char *rest;
	int r;

	open_current(e);
	r = take_both(e, &text, err);
	if (r < 0 || !text.len)
		return r;
	rest = last_lines(text.data, text.len, lines);
	while (strchr(rest, '\n'))
		print_line(e, strsep(&rest, "\n"));
	buf_puts(&e->begun, rest);
	return 0;
}

/* Where there is a SUBHOST_RUN, it says when there is another file. */
static void watch_run(struct events *e)
{
	e->is_watching = inotify_add_watch(e->notes_fd, e->context->places.run,
	                                   IN_CREATE | IN_MOVED_TO |
	                                           IN_DELETE_SELF) >= 0;
}

static void wait_for_more(struct events *e)
{
	char notes[4096]
		__attribute__((aligned(__alignof__(struct inotify_event))));
	struct pollfd p = {.fd = e->notes_fd, .events = POLLIN};

	if (poll(&p, 1, e->is_watching ? -1 : LOOK_MS) > 0)
		(void)!read(e->notes_fd, notes, sizeof(notes));
	watch_run(e);
}

static int follow(struct events *e, struct err *err)
{
	int r = 0;

	while (!ferror(stdout)) {
		bool was_current = is_current(e);

		if (e->fd >= 0)
			r = read_on(e, err);
		if (r < 0)
			return r;
		if (!was_current)
			open_current(e);
		if (fflush(stdout))
			break;
		if (was_current || e->fd < 0)
			wait_for_more(e);
	}
	return 0;
}

static int show(struct events *e, struct err *err)
{
	const struct context *c = e->context;
	int r;

	if (c->follows) {
		e->notes_fd = inotify_init1(IN_CLOEXEC);
		if (e->notes_fd < 0)
			return err_set(err, -errno, "cannot watch the events");
		watch_run(e);
	}
	if (access(c->places.run, F_OK) < 0 && errno == ENOENT && !c->is_quiet)
		fprintf(stderr, "%s: no events: nothing is up\n", c->program);
	r = show_last(e, err);
	return r < 0 || !c->follows ? r : follow(e, err);
}

int verb_events(struct context *c, int argc, char **argv)
{
	AUTO(events)
	struct events e = {.context = c, .fd = -1, .notes_fd = -1};
	struct err err = {0};
	int r;

	(void)argv;
	if (argc)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	r = show(&e, &err);
	fflush(stdout);
	if (r < 0)
		context_fail(c, &err);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
