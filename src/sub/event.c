/* SPDX-License-Identifier: MIT */
/*
 * Who appends shares the file's lock, who puts a full one aside has it alone;
 * so nothing is appended to one that is aside already, and its reader is done
 * at its end. Nobody waits for that lock: whoever cannot have it leaves the
 * file as it is, or appends all the same.
 */
#include "sub/event.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "sub/place.h"

#define TRIES 16 /* of those who put it aside meanwhile */

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static bool is_current(int run_fd, const struct stat *st)
{
	struct stat there;

	return !fstatat(run_fd, EVENT_FILE, &there, AT_SYMLINK_NOFOLLOW) &&
	       there.st_dev == st->st_dev && there.st_ino == st->st_ino;
}

/* Put a full one aside; true when there is none any more. */
static bool put_aside(int run_fd, int fd, const struct stat *st)
{
	bool gone = !flock(fd, LOCK_EX | LOCK_NB);

	if (gone && is_current(run_fd, st))
		gone = !renameat(run_fd, EVENT_FILE, run_fd, EVENT_OLDER);
	if (!gone)
		flock(fd, LOCK_SH | LOCK_NB);
	return gone;
}

/* The file to append to. */
static int open_file(int run_fd)
{
	for (int i = 0;; i++) {
		AUTO(fd)
		int fd = openat(run_fd, EVENT_FILE,
		                O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW |
		                        O_CLOEXEC,
		                0600);
		struct stat st;

		if (fd < 0 || fstat(fd, &st) < 0)
			return -errno;
		if (i == TRIES)
			return fd_take(&fd);
		if (flock(fd, LOCK_SH | LOCK_NB) < 0 ||
		    !is_current(run_fd, &st))
			continue;
		if (st.st_size >= EVENT_FILE_MAX && put_aside(run_fd, fd, &st))
			continue;
		return fd_take(&fd);
	}
}

static void print(const char *name, const char *what, const char *text,
                  struct buf *b)
{
	AUTO(buf) struct buf shown = {0};

	buf_escape(&shown, text);
	buf_printf(b, "%" PRIu64 "\t%s\t%s\t%.*s%s\n", now_us(), name, what,
	           EVENT_TEXT_MAX, buf_text(&shown),
	           shown.len > EVENT_TEXT_MAX ? "..." : "");
}

int event_add(const struct places *places, const char *name, const char *what,
              const char *text)
{
	AUTO(fd)
	int run_fd = open(places->run, O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO(fd) int fd = run_fd < 0 ? -errno : open_file(run_fd);
	AUTO(buf) struct buf line = {0};
	ssize_t n;

	if (fd < 0)
		return fd;
	print(name, what, text, &line);
	n = write(fd, line.data, line.len);
	return n < 0 ? -errno : (size_t)n < line.len ? -ENOSPC : 0;
}

bool event_parse(char *line, struct event *ret)
{
	char *rest = line, *time = strsep(&rest, "\t");
	char *name = strsep(&rest, "\t"), *what = strsep(&rest, "\t");
	char *end;
	uint64_t us = strtoull(time, &end, 10);

	if (!rest || !us || *end || !*name || !*what)
		return false;
	*ret = (struct event){us, name, what, rest};
	return true;
}

void event_forget(int run_fd)
{
	unlinkat(run_fd, EVENT_FILE, 0);
	unlinkat(run_fd, EVENT_OLDER, 0);
}
