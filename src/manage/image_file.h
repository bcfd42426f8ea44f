/* SPDX-License-Identifier: MIT */
/* NAME.img, made by the mkfs of its filesystem. */
#pragma once

#include <stdint.h>

#include "manage/size.h"

struct err;

/* Is there room for it where path is, or will be? And the mkfs? */
int image_file_check(const char *path, const struct image_wish *wish,
                     struct err *err);

/* Make path: all of its bytes set aside, a filesystem in it. */
int image_file_make(const char *path, const struct image_wish *wish,
                    struct err *err);

/* A copy of an image has its uuid: give it another where the kernel would take
 * both for one (btrfs). fd: of path, open for reading. */
int image_file_part(int fd, const char *path, struct err *err);
