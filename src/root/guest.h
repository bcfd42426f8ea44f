/* SPDX-License-Identifier: MIT */
/*
 * What is made in a guest's tree is made as the guest: by a process that has
 * its root and its ids, so that no symlink of the guest's leads anywhere else.
 */
#pragma once

#include <stddef.h>

struct err;
struct words;

/* Make directories. Each path is absolute; what exists stays as it is. */
int guest_make_dirs(int live_fd, int userns_fd, const struct words *paths,
                    struct err *err);

struct guest_file {
	const char *directory, *name; /* "/etc", "hosts" */
	const char *text;
};

/* Replace files; what is there and no directory gives way, a symlink too. One
 * that says the same already stays. */
int guest_write_files(int live_fd, int userns_fd,
                      const struct guest_file *files, size_t n,
                      struct err *err);
