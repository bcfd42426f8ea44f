/* SPDX-License-Identifier: MIT */
/* What is in an image: which filesystem, and where. */
#pragma once

#include <stdint.h>

struct err;

struct image_bytes {
	int fd;             /* the image, open for reading */
	const char *name;   /* for messages; escaped */
	unsigned partition; /* 0 = the whole image, else its number */
};

struct content {
	char type[32];         /* libblkid's name of it, e.g. ext4 */
	uint64_t offset, size; /* bytes, whole sectors; size 0: to the end */
};

/*
 * Ask subhost-probe, for 10 s at most. Needs descriptors 0 to 2 to be open.
 * 0; -ENOTBLK nothing found, or more than one; -ENXIO a partition has to be
 * named, or there is no such one; -EINVAL it reaches past the end;
 * -ETIMEDOUT, other -errno: it could not be asked.
 */
int content_find(const struct image_bytes *of, struct content *ret_content,
                 struct err *err);
