/* SPDX-License-Identifier: MIT */
/* An overlay made from descriptors of its layers, never from their paths. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#define OVERLAY_LAYERS_MAX 499 /* the kernel's 500, less one of our own */

struct overlay {
	const int *lower_fds; /* detached mounts, top first; not consumed */
	size_t n_lower;
	int writable_fd;   /* detached mount that holds upper and work */
	const char *upper; /* their names in it */
	const char *work;
	const char *source; /* in the mount table */
	uid_t mounter;      /* whose filesystem ids the overlay acts with */
};

/*
 * Mount it, detached: a descriptor (the caller's) or -errno. Without
 * redirects and metadata-only copies, so that attributes planted in an upper
 * do nothing, and with an index, so that one in use is refused (-EBUSY). A
 * base that changed since the last mount gives -ESTALE. *ret_log, when not
 * NULL, gets what the kernel said of a failure, or "".
 */
int overlay_mount(const struct overlay *o, char *ret_log, size_t log_size);
