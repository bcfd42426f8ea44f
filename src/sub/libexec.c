/* SPDX-License-Identifier: MIT */

#include "sub/libexec.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SELF "/proc/self/exe"

/* Not what somebody else put there: we may have been run from /tmp. */
static bool is_ours(const char *path)
{
	struct stat self, st;

	return !stat(SELF, &self) && !lstat(path, &st) && S_ISREG(st.st_mode) &&
	       !access(path, X_OK) && (!st.st_uid || st.st_uid == self.st_uid);
}

/* The path of the program beside our executable; false: too long. */
static bool beside_us(const char *program, char *ret_path, size_t size)
{
	char self[PATH_MAX];
	ssize_t n = readlink(SELF, self, sizeof(self) - 1);
	char *slash;

	if (n < 0)
		return false;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return false;
	*slash = '\0';
	return (size_t)snprintf(ret_path, size, "%s/%s", self, program) < size;
}

int libexec_path(const char *program, char *ret_path, size_t size)
{
	const char *dir = strcmp(program, "subhost") ? LIBEXECDIR : SBINDIR;

	if (beside_us(program, ret_path, size) && is_ours(ret_path))
		return 0;
	if ((size_t)snprintf(ret_path, size, "%s/%s", dir, program) >= size)
		return -ENAMETOOLONG;
	return 0;
}
