/* SPDX-License-Identifier: MIT */

#include "guest/prepare.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "cast/page.h"
#include "guest/page.h"

static int make_directory(const char *path, struct words *made)
{
	if (mkdir(path, 0755) < 0)
		return errno == EEXIST ? 0 : -errno;
	words_add(made, path);
	return 0;
}

static int make_directories(const char *path, struct words *made)
{
	AUTO(mem) char *copy = mem_copy(path);
	char *slash = copy;

	while ((slash = strchr(slash + 1, '/'))) {
		int r;

		*slash = '\0';
		r = make_directory(copy, made);
		if (r < 0)
			return r;
		*slash = '/';
	}
	return make_directory(copy, made);
}

static int make_file(const char *path, struct words *made)
{
	AUTO(mem) char *parent = mem_copy(path);
	AUTO(fd) int fd = -1;
	int r;

	*strrchr(parent, '/') = '\0';
	r = *parent ? make_directories(parent, made) : 0;
	if (r < 0)
		return r;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	          0644);
	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	words_add(made, path);
	return 0;
}

/* A target that is there, whatever it is, is the host's to judge. */
static int make_target(const struct call *c, const char *path,
                       struct words *made)
{
	struct stat st;
	int r;

	if (*path != '/' || !lstat(path, &st))
		return TOOL_DONE;
	r = c->makes_file ? make_file(path, made)
	                  : make_directories(path, made);
	if (r < 0) {
		AUTO(buf) struct buf shown = {0};

		buf_escape(&shown, path);
		return tool_fail(c, TOOL_REFUSED, "cannot make %s: %s",
		                 buf_text(&shown), strerror(-r));
	}
	return TOOL_DONE;
}

/* All that is offered, and that nothing speaks against. One that cannot be
 * made does not keep the others away: the host says so of it. */
static int make_all(const struct call *c, struct words *made)
{
	AUTO(page) struct page p = {0};

	if (guest_page_read(&p) < 0)
		return TOOL_DONE;
	for (size_t i = 0; i < p.n; i++) {
		const struct page_item *item = &p.v[i];

		if ((item->state == PAGE_OFFERED ||
		     item->state == PAGE_PUBLISHED) &&
		    !*item->reason)
			make_target(c, item->target, made);
	}
	return TOOL_DONE;
}

int prepare_targets(const struct call *c, struct words *ret_made)
{
	const char *path;

	if (strcmp(c->name, "caston") != 0)
		return TOOL_DONE;
	if (!c->plain.n)
		return make_all(c, ret_made);
	if (c->plain.n > 1)
		return make_target(c, c->plain.v[1], ret_made);
	path = strchr(c->plain.v[0], ':');
	return path ? make_target(c, path + 1, ret_made) : TOOL_DONE;
}

void prepare_undo(const struct words *made)
{
	for (size_t i = made->n; i > 0; i--) {
		const char *path = made->v[i - 1];
		struct stat st;

		if (lstat(path, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			rmdir(path);
		else if (S_ISREG(st.st_mode) && !st.st_size)
			unlink(path);
	}
}
