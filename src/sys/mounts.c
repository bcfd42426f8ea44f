/* SPDX-License-Identifier: MIT */

#include "sys/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

#define TABLE     "/proc/self/mountinfo"
#define TABLE_MAX (64 << 20) /* 100,000 mounts of a long line each */

void mount_description_done(struct mount_description *d)
{
	free(d->source);
	free(d->type);
	*d = (struct mount_description){0};
}

/* Resolve the table's \ooo in place. */
static char *resolve(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		if (from[0] == '\\' && from[1] && from[2] && from[3]) {
			*to = (char)((from[1] - '0') << 6 |
			             (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
	return text;
}

static int id_of(int fd, long *ret_id)
{
	AUTO(buf) struct buf info = {0};
	char path[64];
	const char *p;
	int r;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	r = file_read(AT_FDCWD, path, 4096, &info);
	if (r < 0)
		return r;
	p = strstr(buf_text(&info), "mnt_id:");
	if (!p)
		return -EPROTO;
	*ret_id = strtol(p + strlen("mnt_id:"), NULL, 10);
	return 0;
}

/* "36 35 98:0 /root /point options tag:1 - type source options" */
static int describe_line(char *line, struct mount_description *d)
{
	char *rest = strstr(line, " - "), *type, *source;

	if (!rest)
		return -EPROTO;
	rest += strlen(" - ");
	type = strsep(&rest, " ");
	source = strsep(&rest, " ");
	if (!source)
		return -EPROTO;
	d->type = mem_copy(resolve(type));
	d->source = mem_copy(resolve(source));
	return 0;
}

int mounts_describe(int fd, struct mount_description *ret_description)
{
	AUTO(buf) struct buf table = {0};
	char *rest, *line;
	long id;
	int r = id_of(fd, &id);

	if (!r)
		r = file_read(AT_FDCWD, TABLE, TABLE_MAX, &table);
	if (r < 0)
		return r;
	rest = table.data;
	while ((line = strsep(&rest, "\n")))
		if (*line && strtol(line, NULL, 10) == id)
			return describe_line(line, ret_description);
	return -ENOENT;
}
