/* SPDX-License-Identifier: MIT */

#include "manage/after.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "sub/declare.h"
#include "sub/sub.h"

#define CAST "cast:"

/* NAME or cast:NAME:/path. */
static bool names(const char *word, const char *name)
{
	size_t len = strlen(name);

	if (!strcmp(word, name))
		return true;
	return !strncmp(word, CAST, strlen(CAST)) &&
	       !strncmp(word + strlen(CAST), name, len) &&
	       word[strlen(CAST) + len] == ':';
}

/* A config may need bash to be read: only where it can matter. */
static bool may_name(const struct sub *s, const char *name)
{
	AUTO(buf) struct buf text = {0};

	return !file_read(s->dir_fd, "config", CONFIG_MAX, &text) &&
	       strstr(buf_text(&text), name);
}

static bool comes_after(const struct sub *s, const char *name)
{
	AUTO(declared) struct declared d = {0};
	AUTO(buf) struct buf warnings = {0};
	const struct words *after = &d.declaration.after;
	struct err ignored;

	if (!may_name(s, name) || declare(&d, s, &warnings, &ignored) < 0)
		return false;
	for (size_t i = 0; i < after->n; i++)
		if (names(after->v[i], name))
			return true;
	return false;
}

void after_tell(const struct places *places, const char *old, const char *new,
                struct buf *notes)
{
	DIR *dir = opendir(places->subhost);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		AUTO(sub) struct sub s = SUB_NONE;
		struct err ignored;

		if (!name_is_valid(e->d_name) ||
		    sub_open(&s, places, e->d_name, &ignored) < 0 ||
		    !comes_after(&s, old))
			continue;
		buf_printf(notes, "AFTER of %s names %s", s.name, old);
		if (new)
			buf_printf(notes, ": change it to %s\n", new);
		else
			buf_puts(notes, ", which is gone\n");
	}
	if (dir)
		closedir(dir);
}
