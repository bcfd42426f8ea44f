/* SPDX-License-Identifier: MIT */
/*
 * Loop devices: a file, or a part of it, as a block device. A device that we
 * attach clears itself when nothing holds it open or mounted any more; the
 * kernel lets a file be attached twice, so whoever attaches looks first.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"

struct loop_request {
	int fd;                /* the file; open for writing, or read_only */
	bool read_only;        /* also when fd is not open for writing */
	uint64_t offset, size; /* bytes; size 0: to the end of the file */
	const char *mark;      /* the file name it shows, cut to 63 bytes */
};

struct loop {
	int fd; /* owned; the device, open for reading; -1: none */
	char path[24];
	bool read_only;
	bool autoclear; /* goes with its last user */
	uint64_t offset, size;
	char mark[64];
};

/* Attach a file to a free device (LOOP_CONFIGURE, 5.8): 0 or -errno. Keep
 * ret_loop->fd until the device is mounted, or it clears itself. */
int loop_attach(const struct loop_request *req, struct loop *ret_loop);

/* l is good for the call; not 0 ends the walk, whose result it is. */
typedef int loop_fn(const struct loop *l, void *data);

/* Call fn for each device that the file file_fd (by device and inode) is
 * attached to, in no order: 0, what fn returned, or -errno. */
int loop_each(int file_fd, loop_fn *fn, void *data);

/* Is it mounted, or in exclusive use in another way? */
bool loop_is_claimed(const struct loop *l);

/* Is path a loop device that shows that mark (or its first 63 bytes)? */
bool loop_has_mark(const char *path, const char *mark);

static inline void loop_auto(struct loop *l)
{
	fd_auto(&l->fd);
}
