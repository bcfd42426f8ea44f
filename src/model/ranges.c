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

/* Cut comment and blanks off a line's ends, in place. */
static char *trim(char *line)
{
	char *end;

	line[strcspn(line, "#")] = '\0';
	line += strspn(line, " \t\r");
	for (end = line + strlen(line); end > line && strchr(" \t\r", end[-1]);)
		*--end = '\0';
	return line;
}

static int read_setting(char *line, uint32_t *base, const char *at,
                        struct err *err)
{
	char *value = strchr(line, '=');

	if (!value)
		return err_say(err, -EINVAL, "%s: expected KEY = value", at);
	*value++ = '\0';
	line = trim(line);
	if (strcmp(line, "UID_BASE")) {
		AUTO(buf) struct buf shown = {0};

		buf_escape(&shown, line);
		return err_say(err, -EINVAL,
		               "%s: %.100s is not a key of this version, only "
		               "UID_BASE is",
		               at, buf_text(&shown));
	}
	if (parse_number(trim(value), base) < 0 || *base < RANGES_IDS ||
	    *base > LAST_BASE)
		return err_say(err, -EINVAL,
		               "%s: UID_BASE must be a number from %u to %u",
		               at, RANGES_IDS, LAST_BASE);
	return 0;
}

int ranges_read_uid_base(const char *text, const char *where,
                         uint32_t *ret_base, struct err *err)
{
	char *copy = mem_copy(text), *rest = copy, *line;
	uint32_t base = RANGES_UID_BASE;
	int r = 0;

	for (unsigned n = 1; !r && (line = strsep(&rest, "\n")); n++) {
		AUTO(buf) struct buf at = {0};

		line = trim(line);
		buf_printf(&at, "%s:%u", where, n);
		if (*line)
			r = read_setting(line, &base, buf_text(&at), err);
	}
	free(copy);
	if (!r)
		*ret_base = base;
	return r;
}
