/* SPDX-License-Identifier: MIT */
/* Whole small files: read at once, replaced atomically. */
#pragma once

#include <stddef.h>

struct buf;

/* Append all of fd to b, at most max bytes: 0, -EFBIG past that, -errno. */
int file_read_fd(int fd, size_t max, struct buf *b);

/* Append all of dir_fd/path to b, at most max bytes: 0 or -errno. */
int file_read(int dir_fd, const char *path, size_t max, struct buf *b);

/* Write text to an existing file (of /proc, of a cgroup…) in one write. */
int file_write(int dir_fd, const char *path, const char *text);

/* Replace dir_fd/name by a new file of mode 0600 holding text, so that a
 * reader sees the old one or the new one, whole: 0 or -errno. Not synced. */
int file_replace(int dir_fd, const char *name, const char *text);

/* The same with another mode. */
int file_replace_as(int dir_fd, const char *name, unsigned mode,
                    const char *text);

/* The same with exactly that mode, and synced to disk with its folder: what it
 * says outlives a power cut. */
int file_replace_synced(int dir_fd, const char *name, unsigned mode,
                        const char *text);

/* Remove what a file_replace() of that name left that was cut short. */
void file_abandon(int dir_fd, const char *name);

/* Make a directory of that mode and those above it (0755): 0, also when it is
 * there, or -errno. */
int file_make_dirs(const char *path, unsigned mode);

/* Remove dir_fd/name and all below it, without following symlinks and
 * without crossing into another filesystem: 0 (also when absent) or -errno. */
int file_remove_tree(int dir_fd, const char *name);
