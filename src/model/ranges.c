/* SPDX-License-Identifier: MIT */

#include "model/ranges.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#define LAST_BASE (UINT32_MAX - 2 * RANGES_IDS)

static int parse_number(const char *text, uint32_t *ret_number)
{
	char *end;
	unsigned long long n;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	n = strtoull(text, &end, 10);
	if (*end || n > UINT32_MAX)
		return -EINVAL;
	*ret_number = (uint32_t)n;
	return 0;
}

int ranges_find(const char *text, const char *name, uint32_t uid_base,
                uint32_t *ret_base, struct buf *added)
{
	char *copy = mem_copy(text), *rest = copy, *line;
	uint64_t next = (uint64_t)uid_base + RANGES_IDS;
	uint32_t base;
	bool found = false, cut = *text && text[strlen(text) - 1] != '\n';
	int r = 0;

	while (!found && !r && (line = strsep(&rest, "\n"))) {
		char *number = strchr(line, ' ');

		if (!*line)
			continue;
		if (!number || parse_number(number + 1, &base) < 0 ||
		    base < RANGES_IDS || base > LAST_BASE) {
			r = -EINVAL;
			break;
		}
		*number = '\0';
		found = !strcmp(line, name);
		if ((uint64_t)base + RANGES_IDS > next)
			next = (uint64_t)base + RANGES_IDS;
	}
	free(copy);
	if (r < 0)
		return r;
	if (!found) {
		if (next > LAST_BASE)
			return -ENOSPC;
		base = (uint32_t)next;
		if (cut)
			buf_putc(added, '\n');
		buf_printf(added, "%s %u\n", name, base);
	}
	*ret_base = base;
	return 0;
}

static bool is_of(const char *line, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(line, name, len) && line[len] == ' ';
}

static bool has(const char *text, const char *name)
{
	while (*text && !is_of(text, name)) {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return *text;
}

void ranges_move(const char *text, const char *old, const char *new,
                 struct buf *b)
{
	bool is_had = has(text, old);

	while (*text) {
		size_t len = strcspn(text, "\n");
		bool is_old = is_of(text, old);

		if (is_old && new)
			buf_printf(b, "%s%.*s\n", new, (int)(len - strlen(old)),
			           text + strlen(old));
		else if (!is_old && !(is_had && new &&is_of(text, new)))
			buf_printf(b, "%.*s\n", (int)len, text);
		text += len;
		text += *text == '\n';
	}
}
