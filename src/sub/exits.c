/* SPDX-License-Identifier: MIT */

#include "sub/exits.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "model/name.h"
#include "sub/place.h"

#define LINE_MAX_BYTES 256

static int open_folder(const struct places *places, bool make)
{
	AUTO(fd) int state_fd = -1;
	int fd;

	if (make && mkdir(places->state, 0700) < 0 && errno != EEXIST)
		return -errno;
	state_fd = open(places->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (state_fd < 0)
		return -errno;
	fd = openat(state_fd, EXITS_FOLDER,
	            O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && make &&
	    !mkdirat(state_fd, EXITS_FOLDER, 0700))
		fd = openat(state_fd, EXITS_FOLDER,
		            O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int exits_note(const struct places *places, const char *name,
               const struct exited *e)
{
	AUTO(fd) int folder_fd = open_folder(places, true);
	AUTO(fd) int fd = -1;
	char line[LINE_MAX_BYTES];
	int len;

	if (folder_fd < 0)
		return folder_fd;
	len = snprintf(line, sizeof(line),
	               "time=%" PRIu64 " %s=%u seconds=%" PRIu64 "\n", e->at,
	               !e->is_known   ? "unknown"
	               : e->by_signal ? "signal"
	                              : "status",
	               e->number, e->seconds);
	fd = openat(folder_fd, name,
	            O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
	            0600);
	if (fd < 0)
		return -errno;
	return write(fd, line, (size_t)len) == len ? 0 : -EIO;
}

static int parse(const char *line, struct exited *ret)
{
	struct exited e = {0};
	char how[16];

	if (sscanf(line, "time=%" SCNu64 " %15[a-z]=%u seconds=%" SCNu64, &e.at,
	           how, &e.number, &e.seconds) != 4)
		return -EPROTO;
	e.is_known = strcmp(how, "unknown");
	e.by_signal = !strcmp(how, "signal");
	*ret = e;
	return 0;
}

int exits_recall(const struct places *places, const char *name,
                 struct exited *ret)
{
	AUTO(fd) int folder_fd = open_folder(places, false);
	AUTO(buf) struct buf line = {0};
	int r;

	if (folder_fd < 0)
		return folder_fd;
	r = file_read(folder_fd, name, LINE_MAX_BYTES, &line);
	return r < 0 ? r : parse(buf_text(&line), ret);
}
