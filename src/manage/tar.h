/* SPDX-License-Identifier: MIT */
/*
 * Tars unpacked, of any compression that libarchive knows, by a child that has
 * the directory for its root and few capabilities. Owners and modes as they
 * are; devices are left out, as are attributes that mean something to the
 * host.
 */
#pragma once

struct buf;
struct err;
struct progress;

struct untar {
	int fd;           /* the tar, open for reading */
	const char *path; /* for messages */
	int dir_fd;       /* where to */
	struct progress *progress;
	struct buf *notes;
};

/* Is it one? 0, or negative and why not. It is read from its beginning on. */
int tar_check(int fd, const char *path, struct err *err);

/* An entry that would lead out of the directory is a failure. */
int tar_unpack(const struct untar *u, struct err *err);
