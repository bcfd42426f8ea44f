/* SPDX-License-Identifier: MIT */
/*
 * Removing a tree that a guest has made: however deep it is, no symlink is
 * followed, and nothing is removed that lies on another mount.
 */
#pragma once

struct err;

/* Remove dir_fd/name, called path in the error, and all below it: 0, also when
 * it is absent. */
int remove_tree(int dir_fd, const char *name, const char *path,
                struct err *err);

/* The error that names what is mounted below path (its own mount included),
 * but not on or below path/except…, a list of names that NULL ends; or 0. */
int remove_refuse_mounts(const char *path, const char *const *except,
                         struct err *err);
