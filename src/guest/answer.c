/* SPDX-License-Identifier: MIT */

#include "guest/answer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "guest/tools.h"

#define REPLIES    HOST_SAYS "/replies"
#define ANSWER_MAX (1 << 20)

int answer_watch(void)
{
	AUTO(fd) int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (fd < 0 ||
	    inotify_add_watch(fd, REPLIES,
	                      IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR) < 0)
		return -errno;
	return fd_take(&fd);
}

int answer_look(const char *file, struct buf *ret_answer)
{
	AUTO(fd) int dir_fd = open(REPLIES, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return dir_fd < 0 ? -errno
	                  : file_read(dir_fd, file, ANSWER_MAX, ret_answer);
}

static long long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Whatever it tells, the next look says more. */
static void drain(int watch_fd)
{
	char events[4096];

	while (read(watch_fd, events, sizeof(events)) > 0)
		;
}

int answer_wait(int watch_fd, const char *file, unsigned seconds,
                struct buf *ret_answer)
{
	long long end = milliseconds() + seconds * 1000LL;

	for (;;) {
		struct pollfd watch = {.fd = watch_fd, .events = POLLIN};
		int r = answer_look(file, ret_answer);
		long long left = end - milliseconds();

		if (r != -ENOENT)
			return r;
		if (left <= 0)
			return -ETIME;
		if (poll(&watch, 1, (int)left) > 0)
			drain(watch_fd);
	}
}

/* Without what would mean something to a terminal. The host has escaped what
 * it says, so a backslash is one already. */
static void print_safely(FILE *to, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c > '~')
			fprintf(to, "\\x%02x", c);
		else
			fputc(c, to);
	}
}

static bool begins_with(const char *line, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && !memcmp(line, word, n);
}

/* Each thing that became of it on a line of its own. */
static void print_parts(const char *text, size_t len)
{
	while (len) {
		const char *end = memmem(text, len, "; ", 2);
		size_t n = end ? (size_t)(end - text) : len;

		print_safely(stdout, text, n);
		putchar('\n');
		n += end ? 2 : 0;
		text += n;
		len -= n;
	}
}

static int print_line(const char *name, const char *line, size_t len)
{
	if (len == 2 && begins_with(line, len, "ok"))
		return TOOL_DONE;
	if (begins_with(line, len, "ok ")) {
		print_parts(line + 3, len - 3);
		return TOOL_DONE;
	}
	if (begins_with(line, len, "usage: ")) {
		print_safely(stderr, line, len);
		fputc('\n', stderr);
		return TOOL_USAGE;
	}
	fprintf(stderr, "%s: ", name);
	if (begins_with(line, len, "error: ")) {
		line += 7;
		len -= 7;
	} else {
		fputs(len ? "the host answers: " : "the host answers nothing",
		      stderr);
	}
	print_safely(stderr, line, len);
	fputc('\n', stderr);
	return TOOL_REFUSED;
}

/* Of the two, which tells more of what went wrong? */
static int worse(int a, int b)
{
	if (a == TOOL_REFUSED || b == TOOL_REFUSED)
		return TOOL_REFUSED;
	return a == TOOL_USAGE ? a : b;
}

int answer_print(const char *name, const struct buf *answer)
{
	const char *line = buf_text(answer), *end = line + answer->len;
	int status = TOOL_DONE;

	if (line == end)
		return print_line(name, line, 0);
	while (line < end) {
		const char *next = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)((next ? next : end) - line);

		status = worse(status, print_line(name, line, len));
		line += len + 1;
	}
	return status;
}
