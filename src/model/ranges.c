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
