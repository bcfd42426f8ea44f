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
	const char *path;   /* the image file; not a symlink itself */
	unsigned partition; /* 0 = the whole image, else its number */
	bool read_only;     /* several read-only users share one device */
	const char *mark;   /* the loop device's file name, e.g. subhost:web */
	const char **ret_type; /* NULL, or gets the name of its filesystem */
};

/*
 * Attach the image and mount what libblkid finds in it, detached, nodev:
 * *ret_mount_fd is the caller's. squashfs and erofs are read-only whatever was
 * asked for. A failure leaves no loop device behind. Needs descriptors 0 to 2
 * to be open. 0, or
 *
 *   -ELOOP, -EINVAL    a symlink, not a regular file, empty, cut short
 *   -ENOTBLK           nothing in it that can be mounted, or more than one
 *   -ENXIO             a partition has to be named, or there is no such one
 *   -EMEDIUMTYPE       a filesystem that is none to live on
 *   -EBUSY             attached already (by which device), or locked
 *   -ENODEV            a filesystem that this kernel does not know
 *   -ETIMEDOUT, other  what the system said
 */
int image_mount(const struct image_request *req, int *ret_mount_fd,
                struct err *err);
