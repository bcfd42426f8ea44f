/* SPDX-License-Identifier: MIT */

#include "sys/beneath.h"

#include <errno.h>
#include <fcntl.h>

#include "sys/kernel.h"

#define TRIES 64 /* openat2 gives up when a rename crosses its way */

int beneath_open_flags(int root_fd, const char *path, bool follow, int flags)
{
	struct k_open_how how = {
		.flags = (uint64_t)flags | O_CLOEXEC,
		.resolve = K_RESOLVE_IN_ROOT | K_RESOLVE_NO_MAGICLINKS,
	};

	if (!follow)
		how.resolve |= K_RESOLVE_NO_SYMLINKS;
	for (int i = 0; i < TRIES; i++) {
		int fd = k_openat2(root_fd, path, &how);

		if (fd >= 0)
			return fd;
		if (errno != EAGAIN)
			return -errno;
	}
	return -EAGAIN;
}

int beneath_open(int root_fd, const char *path, bool follow)
{
	return beneath_open_flags(root_fd, path, follow, O_PATH);
}
