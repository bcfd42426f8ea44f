/* SPDX-License-Identifier: MIT */

#include "cast/path.h"

#include <stddef.h>
#include <string.h>

/* Is the component that path starts with "." or ".."? */
static bool is_dots(const char *path)
{
	size_t len = strcspn(path, "/");

	return (len == 1 || len == 2) && !strncmp(path, "..", len);
}

const char *path_fault(const char *path)
{
	if (*path != '/')
		return "a path starts with /";
	if (strlen(path) >= CAST_PATH_MAX)
		return "a path has at most 4095 bytes";
	if (!path[1])
		return NULL;
	for (const char *p = path; p; p = strchr(p + 1, '/')) {
		if (!p[1])
			return "a path does not end with /";
		if (p[1] == '/')
			return "a path has no //";
		if (is_dots(p + 1))
			return "a path has no . or .. in it";
	}
	return NULL;
}

bool path_covers(const char *above, const char *path)
{
	size_t len = strlen(above);

	if (!strcmp(above, "/"))
		return true;
	return !strncmp(above, path, len) && (!path[len] || path[len] == '/');
}

bool path_overlaps(const char *a, const char *b)
{
	return path_covers(a, b) || path_covers(b, a);
}

bool path_is_reserved(const char *path)
{
	static const char *const reserved[] = {"/proc", "/sys", "/dev",
	                                       "/syscmd", "/.syscmd"};

	if (!strcmp(path, "/"))
		return true;
	for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++)
		if (path_covers(reserved[i], path))
			return true;
	return false;
}
