/* SPDX-License-Identifier: MIT */
/*
 * A sub host's name becomes a directory, a netns and a link name, so that it
 * holds nothing that a path, a shell or a log could take for something else.
 */
#include "model/name.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/auto.h"
#include "base/mem.h"

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

static bool is_reserved(const char *name)
{
	static const char *const reserved[] = {"host", "published", "none",
	                                       "all", "scripts"};

	for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++)
		if (!strcasecmp(name, reserved[i]))
			return true;
	return false;
}

static const char *find_fault(const char *name)
{
	if (!*name)
		return "a name has at least one byte";
	if (strlen(name) >= NAME_BYTES)
		return "a name has at most 63 bytes";
	if (!is_alphanumeric(*name))
		return "a name starts with a letter or a digit";
	for (const char *p = name; *p; p++)
		if (!is_alphanumeric(*p) && !strchr("_.-", *p))
			return "a name is made of letters, digits, "
			       "'_', '.' and '-'";
	if (is_reserved(name))
		return "host, published, none, all and scripts are reserved";
	return NULL;
}

bool name_is_valid(const char *name)
{
	return !find_fault(name);
}

const char *name_fault(const char *name)
{
	const char *fault = find_fault(name);

	return fault ? fault : "it is a valid name";
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* One row of the table of distances between the beginnings of a and b; row
 * is the one of a's first i bytes, the two rows before it follow it. */
static void fill_row(size_t *row, const char *a, const char *b, size_t i)
{
	size_t width = strlen(b) + 1;
	const size_t *last = row + width, *before = last + width;

	row[0] = i;
	for (size_t j = 1; j < width; j++) {
		bool same = a[i - 1] == b[j - 1];

		row[j] = least(least(last[j], row[j - 1]) + 1,
		               last[j - 1] + !same);
		if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
		    a[i - 2] == b[j - 1])
			row[j] = least(row[j], before[j - 2] + 1);
	}
}

size_t name_distance(const char *a, const char *b)
{
	size_t width = strlen(b) + 1;
	AUTO(mem) size_t *rows = mem_new0(3 * width * sizeof(*rows));

	for (size_t j = 0; j < width; j++)
		rows[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		memmove(rows + width, rows, 2 * width * sizeof(*rows));
		fill_row(rows, a, b, i);
	}
	return rows[width - 1];
}

bool name_is_near(const char *typed, const char *candidate)
{
	size_t t = strlen(typed), c = strlen(candidate);
	size_t allowed = c < 8 ? 1 : c / 4;

	if (!strcasecmp(typed, candidate))
		return true;
	if (c < 3 || t > c + allowed || c > t + allowed)
		return false;
	return name_distance(typed, candidate) <= allowed;
}
