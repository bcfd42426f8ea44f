/* SPDX-License-Identifier: MIT */
/* A new sub host: its directory, config, image, and what its root is filled
 * with. All is looked at before anything is made. */
#pragma once

#include <stddef.h>

struct buf;
struct err;
struct places;
struct progress;

struct creation {
	const struct places *places;
	const char *name;
	const char *base;  /* a directory, an image or /; or NULL */
	const char *image; /* SIZE[:FS]; or NULL */
	const char *from;  /* SRC; or NULL */
	const char *const *bridges;
	size_t n_bridges;
	struct progress *progress;
	struct buf *notes; /* what the user should know, a line each */
};

/* 0; or negative, and nothing of it is left. */
int create_sub(const struct creation *c, struct err *err);

/* A name that a sub host can have? */
int create_check_name(const char *name, struct err *err);
