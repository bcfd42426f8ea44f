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
#include "sys/kernel.h"
#include "sys/older.h"

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

/* There is no limit to how long a path a guest makes. */
static int find_by_kernel(uint64_t id, struct buf *path)
{
	const struct k_mnt_id_req req = {
		.size = sizeof(req),
		.mnt_id = id,
		.param = K_STATMOUNT_MNT_POINT,
	};

	for (size_t size = sizeof(struct k_statmount); size <= TABLE_MAX;
	     size *= 8) {
		AUTO(mem) struct k_statmount *st = mem_new0(size);

		if (k_statmount(&req, st, size) < 0) {
			if (errno == EOVERFLOW)
				continue;
			return -errno;
		}
		if (!(st->mask & K_STATMOUNT_MNT_POINT))
			return -ENOENT;
		buf_puts(path, st->text + st->mnt_point);
		return 0;
	}
	return -EOVERFLOW;
}

/* "36 35 98:0 /root /point options …" */
static int split_line(char *line, struct mount_line *ret)
{
	char *rest = line, *word[5];

	for (size_t i = 0; i < 5; i++)
		word[i] = strsep(&rest, " ");
	if (!rest || sscanf(word[2], "%u:%u", &ret->major, &ret->minor) != 2)
		return -EPROTO;
	ret->id = (int)strtol(word[0], NULL, 10);
	ret->root = resolve(word[3]);
	ret->point = resolve(word[4]);
	return 0;
}

static int each_line(const char *table,
                     void (*each)(void *arg, const struct mount_line *line),
                     void *arg)
{
	AUTO(buf) struct buf text = {0};
	struct mount_line found;
	char *rest, *line;
	int r = file_read(AT_FDCWD, table, TABLE_MAX, &text);

	if (r < 0)
		return r;
	rest = text.data;
	while ((line = strsep(&rest, "\n")))
		if (*line && !split_line(line, &found))
			each(arg, &found);
	return 0;
}

int mounts_each(int pid, void (*each)(void *arg, const struct mount_line *line),
                void *arg)
{
	char table[40];

	snprintf(table, sizeof(table), "/proc/%d/mountinfo", pid);
	return each_line(table, each, arg);
}

struct search {
	uint64_t id;
	struct buf *path;
};

static void look_at_line(void *arg, const struct mount_line *line)
{
	struct search *search = arg;

	if ((uint64_t)line->id == search->id && !search->path->len)
		buf_puts(search->path, line->point);
}

int mounts_find(uint64_t id, struct buf *path)
{
	struct search search = {id, path};
	int r = older_kernel() ? -ENOSYS : find_by_kernel(id, path);

	if (r != -ENOSYS)
		return r;
	r = each_line(TABLE, look_at_line, &search);
	return r ? r : path->len ? 0 : -ENOENT;
}
