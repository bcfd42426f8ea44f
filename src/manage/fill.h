/* SPDX-License-Identifier: MIT */
/* A new root, filled from what --from names. */
#pragma once

struct buf;
struct err;
struct places;
struct progress;
struct source;

struct filling {
	const struct source *source;
	const struct places *places;
	const char *path; /* of the directory that is being made */
	int dir_fd;       /* that */
	const char *name; /* what it will be */
	int root_fd;      /* root in it, or in its image */
	int image_fd;     /* the image's detached mount; or -1 */
	struct progress *progress;
	struct buf *notes;
};

int fill_root(const struct filling *f, struct err *err);
