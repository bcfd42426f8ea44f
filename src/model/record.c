/* SPDX-License-Identifier: MIT */

#include "model/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

/* clang-format off */
static const struct number_row {
	const char *key;
	size_t at;
} numbers[] = {
	{ "base",	offsetof(struct record, base) },
	{ "since",	offsetof(struct record, since) },
	{ "live",	offsetof(struct record, live) },
	{ "image",	offsetof(struct record, image) },
	{ "net_dev",	offsetof(struct record, net_dev) },
	{ "net_inode",	offsetof(struct record, net_inode) },
	{ "init",	offsetof(struct record, init) },
	{ "birth",	offsetof(struct record, birth) },
	{ "mounts",	offsetof(struct record, mounts) },
	{ "shares",	offsetof(struct record, shares) },
	{ "stop_signal", offsetof(struct record, stop_signal) },
	{ "stop_timeout", offsetof(struct record, stop_timeout) },
	{ "keeper",	offsetof(struct record, keeper) },
	{ "keeper_birth", offsetof(struct record, keeper_birth) },
	{ "detached",	offsetof(struct record, detached) },
	{ "console",	offsetof(struct record, console) },
	{ "restart",	offsetof(struct record, restart) },
	{ "restart_delay", offsetof(struct record, restart_delay) },
	{ "log_max",	offsetof(struct record, log_max) },
	{ "capabilities", offsetof(struct record, capabilities) },
	{ "no_new_privs", offsetof(struct record, no_new_privs) },
	{ "filter",	offsetof(struct record, filter) },
};

static const struct text_row {
	const char *key;
	size_t at;
} texts[] = {
	{ "boot",	offsetof(struct record, boot) },
	{ "kept",	offsetof(struct record, kept) },
	{ "post_stop",	offsetof(struct record, post_stop) },
	{ "cables",	offsetof(struct record, cables) },
	{ "seccomp",	offsetof(struct record, seccomp) },
	{ "command",	offsetof(struct record, command) },
	{ "notify",	offsetof(struct record, notify) },
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static uint64_t *number_at(const struct record *r, size_t at)
{
	return (uint64_t *)(void *)((char *)(uintptr_t)r + at);
}

static char **text_at(const struct record *r, size_t at)
{
	return (char **)(void *)((char *)(uintptr_t)r + at);
}

void record_clear_tmpfs(struct record *r)
{
	for (size_t i = 0; i < RECORD_TMPFS_MAX; i++) {
		free(r->tmpfs[i].path);
		r->tmpfs[i] = (struct record_tmpfs){0};
	}
}

void record_done(struct record *r)
{
	record_clear_tmpfs(r);
	for (size_t i = 0; i < COUNT(texts); i++)
		free(*text_at(r, texts[i].at));
	*r = (struct record){0};
}

void record_print(const struct record *r, struct buf *b)
{
	for (size_t i = 0; i < COUNT(texts); i++) {
		const char *text = *text_at(r, texts[i].at);

		if (text)
			buf_printf(b, "%s=%s\n", texts[i].key, text);
	}
	for (size_t i = 0; i < COUNT(numbers); i++)
		buf_printf(b, "%s=%" PRIu64 "\n", numbers[i].key,
		           *number_at(r, numbers[i].at));
	for (size_t i = 0; i < r->n_links; i++)
		buf_printf(b, "link=%" PRIu64 "\n", r->links[i]);
	for (size_t i = 0; i < RECORD_TMPFS_MAX && r->tmpfs[i].id; i++)
		buf_printf(b, "tmpfs=%" PRIu64 " %s\n", r->tmpfs[i].id,
		           r->tmpfs[i].path);
}

static int parse_number(const char *value, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (!*value || strlen(value) > 20)
		return -EPROTO;
	for (; *value; value++) {
		unsigned digit = (unsigned)(*value - '0');

		if (digit > 9 || number > (UINT64_MAX - digit) / 10)
			return -EPROTO;
		number = number * 10 + digit;
	}
	*ret_number = number;
	return 0;
}

int record_add_tmpfs(struct record *r, uint64_t id, const char *path)
{
	for (size_t i = 0; i < RECORD_TMPFS_MAX; i++) {
		if (r->tmpfs[i].id)
			continue;
		r->tmpfs[i].id = id;
		r->tmpfs[i].path = mem_copy(path);
		return 0;
	}
	return -E2BIG;
}

static int parse_tmpfs(struct record *r, char *value)
{
	char *path = strchr(value, ' ');
	uint64_t id;

	if (!path)
		return -EPROTO;
	*path++ = '\0';
	if (*path != '/' || parse_number(value, &id) < 0 || !id)
		return -EPROTO;
	return record_add_tmpfs(r, id, path) < 0 ? -EPROTO : 0;
}

static int parse_line(struct record *r, const char *key, char *value)
{
	if (!strcmp(key, "tmpfs"))
		return parse_tmpfs(r, value);
	if (!strcmp(key, "link"))
		return r->n_links == CABLES_MAX
		               ? -EPROTO
		               : parse_number(value, &r->links[r->n_links++]);
	for (size_t i = 0; i < COUNT(numbers); i++)
		if (!strcmp(key, numbers[i].key))
			return parse_number(value, number_at(r, numbers[i].at));
	for (size_t i = 0; i < COUNT(texts); i++) {
		char **text = text_at(r, texts[i].at);

		if (strcmp(key, texts[i].key))
			continue;
		free(*text);
		*text = mem_copy(value);
	}
	return 0;
}

int record_parse(struct record *r, const char *text)
{
	char *copy = mem_copy(text), *rest = copy, *line;
	int fault = 0;

	while (!fault && (line = strsep(&rest, "\n"))) {
		char *value = strchr(line, '=');

		if (!*line)
			continue;
		if (!value) {
			fault = -EPROTO;
			break;
		}
		*value++ = '\0';
		fault = parse_line(r, line, value);
	}
	free(copy);
	if (fault)
		record_done(r);
	return fault;
}
