/* SPDX-License-Identifier: MIT */

#include "guest/place.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/mem.h"

static void leave_last(struct buf *b)
{
	while (b->len && b->data[--b->len] != '/')
		;
	if (b->data)
		b->data[b->len] = '\0';
}

/* Append the components of path to what is a path, or empty for "/". */
static void add_components(struct buf *b, const char *path)
{
	AUTO(mem) char *copy = mem_copy(path);
	char *rest = copy;

	for (char *part; (part = strsep(&rest, "/"));) {
		if (!strcmp(part, "..")) {
			leave_last(b);
		} else if (*part && strcmp(part, ".") != 0) {
			buf_putc(b, '/');
			buf_puts(b, part);
		}
	}
}

static char *take_path(struct buf *b)
{
	if (!b->len)
		buf_putc(b, '/');
	return buf_take(b);
}

char *place_absolute(const char *path)
{
	AUTO(buf) struct buf b = {0};

	if (*path != '/') {
		AUTO(mem) char *cwd = getcwd(NULL, 0);

		if (!cwd)
			return NULL;
		/* "(unreachable)/…", for one that lies outside. */
		if (*cwd != '/') {
			errno = ENOENT;
			return NULL;
		}
		add_components(&b, cwd);
	}
	add_components(&b, path);
	return take_path(&b);
}

char *place_of_peer(const char *word)
{
	AUTO(buf) struct buf b = {0}, whole = {0};
	const char *colon = strchr(word, ':');

	if (*word == '/' || !colon || colon[1] != '/')
		return mem_copy(word);
	add_components(&b, colon + 1);
	buf_add(&whole, word, (size_t)(colon + 1 - word));
	buf_puts(&whole, b.len ? b.data : "/");
	return buf_take(&whole);
}
