/* SPDX-License-Identifier: MIT */
/*
 * A guest's /.syscmd, and the files that it puts there. Whatever it makes of
 * them, nothing here blocks, leads out of its tree, or reads what is no plain
 * file of its own. -errno.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct buf;
struct err;

#define INBOX_FOLDER ".syscmd"

/* Open it as an O_PATH descriptor; -ENOENT, -ENOTDIR, -ELOOP where there is no
 * directory of that name. */
int inbox_open(int root_fd);

/*
 * Read a piece of the listing: some 64 names, from *offset on (0: the first).
 * wanted says for each whether to go on; where it says no, that name is the
 * first of the next piece. 1 with *offset where the next piece begins, 0 when
 * that was all.
 */
int inbox_list(int dir_fd, off_t *offset,
               bool (*wanted)(void *arg, const char *name), void *arg);

/* Was a plain file changed a moment ago? Where nobody tells that its writer is
 * done, it may be about to be written. */
bool inbox_is_fresh(int dir_fd, const char *file);

/* A file of a folder, and guest root's id on the host, as whom it is removed.
 */
struct inbox_file {
	int dir_fd;
	const char *name;
	uid_t base;
};

/*
 * Take a file: its bytes are read (into bytes) and it is removed. 0; -ENOENT:
 * it has gone; -EBUSY: somebody has it open for writing; else err says why it
 * is refused: -EINVAL, and it is removed; -EPERM, and it stays.
 */
int inbox_take(const struct inbox_file *f, struct buf *bytes, struct err *err);
