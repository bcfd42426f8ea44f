/* SPDX-License-Identifier: MIT */
/*
 * Image files: one image, one writable attachment. The loop device clears
 * itself with the last mount of it.
 */
#pragma once

#include <stdbool.h>

struct err;

struct image_request {
	int dir_fd;         /* path is relative to it; AT_FDCWD if absolute */
	const char *path;   /* the image file; not through a symlink */
	unsigned partition; /* 0 = the whole image, else its number */
	bool read_only;     /* several read-only users share one device */
	const char *mark;   /* the loop device's file name, e.g. subhost:web */
};

/*
 * Attach the image and mount what libblkid finds in it, detached, nodev:
 * *ret_mount_fd is the caller's. A failure leaves no loop device behind.
 * -ENOTBLK… see err: no filesystem in it, no such partition, attached already
 * (by which device), filesystem not known to this kernel.
 */
int image_mount(const struct image_request *req, int *ret_mount_fd,
                struct err *err);
