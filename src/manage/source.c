/* SPDX-License-Identifier: MIT */

#include "manage/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "manage/bootstrap.h"
#include "manage/suite.h"
#include "manage/tar.h"

#define SUITE "debootstrap:"

void source_done(struct source *s)
{
	free(s->path);
	free(s->suite);
	free(s->mirror);
	fd_auto(&s->fd);
	*s = (struct source)SOURCE_BEGIN;
}

static int refuse(const char *text, const char *why, struct err *err)
{
	AUTO(buf) struct buf shown = {0};

	buf_escape(&shown, text);
	return err_say(err, -EINVAL, "--from is \"%.200s\", but %s",
	               buf_text(&shown), why);
}

/* SUITE[:MIRROR]; the mirror's own colons are its. */
static int take_suite(struct source *s, const char *text, struct err *err)
{
	const char *what = text + strlen(SUITE);
	size_t len = strcspn(what, ":");
	const char *fault;

	s->suite = mem_copy(what);
	s->suite[len] = '\0';
	if (what[len])
		s->mirror = mem_copy(what + len + 1);
	fault = suite_fault(s->suite);
	if (!fault && s->mirror)
		fault = suite_mirror_fault(s->mirror);
	if (fault)
		return refuse(text, fault, err);
	s->kind = SOURCE_SUITE;
	return bootstrap_check(err);
}

static int take_path(struct source *s, const char *text, struct err *err)
{
	char real[PATH_MAX];
	struct stat st;

	if (!realpath(text, real) && errno == ENOENT)
		return refuse(text,
		              "there is no such directory or tar file; "
		              "debootstrap:SUITE is the other way",
		              err);
	s->path = mem_copy(real);
	s->fd = open(real, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (s->fd < 0 || fstat(s->fd, &st) < 0)
		return err_set(err, -errno, "cannot open %.200s", text);
	if (S_ISDIR(st.st_mode)) {
		s->kind = SOURCE_DIRECTORY;
		return 0;
	}
	if (!S_ISREG(st.st_mode))
		return refuse(text, "that is neither a directory nor a file",
		              err);
	s->kind = SOURCE_TAR;
	return tar_check(s->fd, s->path, err);
}

int source_open(struct source *s, const char *text, struct err *err)
{
	return strncmp(text, SUITE, strlen(SUITE)) ? take_path(s, text, err)
	                                           : take_suite(s, text, err);
}
