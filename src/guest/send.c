/* SPDX-License-Identifier: MIT */

#include "guest/send.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "guest/tools.h"

void sent_auto(struct sent *s)
{
	fd_auto(&s->dir_fd);
}

/* One that no other request has: neither of this process, nor of one before
 * that had its number. */
static void name_file(const char *verb, char *ret_file, size_t size)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(ret_file, size, "%s.%d-%llx.%lx", verb, (int)getpid(),
	         (unsigned long long)now.tv_sec, (unsigned long)now.tv_nsec);
}

static int open_folder(const struct call *c)
{
	int fd;

	if (mkdir(GUEST_SAYS, 0700) < 0 && errno != EEXIST) {
		tool_fail(c, 0, "cannot make " GUEST_SAYS ": %s",
		          strerror(errno));
		return -1;
	}
	fd = open(GUEST_SAYS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		tool_fail(c, 0, "cannot open " GUEST_SAYS ": %s",
		          strerror(errno));
	return fd;
}

/* At once and whole, before it is closed and so heard. */
static int write_file(const struct sent *s, const struct buf *text)
{
	AUTO(fd)
	int fd = openat(s->dir_fd, s->file,
	                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	                0600);
	ssize_t n = fd < 0 ? -1 : write(fd, text->data, text->len);
	int r = n < 0 ? -errno : 0;

	if (n == (ssize_t)text->len)
		return 0;
	if (fd >= 0)
		unlinkat(s->dir_fd, s->file, 0);
	return r < 0 ? r : -ENOSPC;
}

int send_words(const struct call *c, struct sent *ret_sent)
{
	AUTO(buf) struct buf text = {0};
	AUTO(sent) struct sent s = SENT_NONE;
	int r;

	message_print(c->words.v, c->words.n, &text);
	if (text.len > MESSAGE_MAX)
		return tool_fail(c, TOOL_USAGE, "more than %d bytes",
		                 MESSAGE_MAX);
	name_file(c->name, s.file, sizeof(s.file));
	s.dir_fd = open_folder(c);
	if (s.dir_fd < 0)
		return TOOL_REFUSED;
	r = write_file(&s, &text);
	if (r < 0)
		return tool_fail(c, TOOL_REFUSED,
		                 "cannot write " GUEST_SAYS "/%s: %s", s.file,
		                 strerror(-r));
	memcpy(ret_sent->file, s.file, sizeof(s.file));
	ret_sent->dir_fd = fd_take(&s.dir_fd);
	return TOOL_DONE;
}

int send_withdraw(const struct sent *s)
{
	return unlinkat(s->dir_fd, s->file, 0) < 0 ? -errno : 0;
}
