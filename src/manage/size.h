/* SPDX-License-Identifier: MIT */
/* What image to make: SIZE[:FS] of create --image. Pure. */
#pragma once

#include <stdint.h>

struct err;

struct image_kind {
	const char *type;       /* ext4 */
	const char *package;    /* that has its mkfs */
	uint64_t least;         /* bytes that its mkfs wants */
	const char *options[8]; /* of mkfs.TYPE, NULL behind them */
};

struct image_wish {
	uint64_t bytes;
	const struct image_kind *kind;
};

/* Read "4G", "512M:xfs": 0, or -EINVAL and why. */
int image_wish_parse(const char *text, struct image_wish *ret, struct err *err);
