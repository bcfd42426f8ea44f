/* SPDX-License-Identifier: MIT */
/*
 * Mounts by descriptor: made detached, shaped, attached, taken off. A mount
 * that was never attached vanishes with its last descriptor. All functions
 * return 0 or a descriptor (the caller's, close-on-exec), or -errno.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mount_option {
	const char *key;
	const char *value; /* NULL: a flag */
};

/*
 * A new detached filesystem of that type. options ends with a NULL key; the
 * key "source" names it in the mount table. attrs: K_MOUNT_ATTR_*.
 */
int mount_new(const char *type, const struct mount_option *options,
              uint64_t attrs);

/* A detached copy of the mount that dir_fd/path lies on, from there on (of
 * dir_fd itself when path is ""), with all below it when recursive. */
int mount_clone(int dir_fd, const char *path, bool recursive);

/* Set attributes and, when not 0, the propagation (MS_PRIVATE…) of a mount. */
int mount_shape(int mount_fd, uint64_t attrs, uint64_t propagation,
                bool recursive);

/* Take K_MOUNT_ATTR_RDONLY from a mount. */
int mount_make_writable(int mount_fd);

/* Show a detached mount's files with the ids of a user namespace (5.12). */
int mount_idmap(int mount_fd, int userns_fd, bool recursive);

/* Attach a detached mount on the directory or file that on_fd is. */
int mount_attach(int mount_fd, int on_fd);

/* Take off the mount whose root fd is, wherever it hangs; others that hold it
 * open keep it (MNT_DETACH: the descriptor itself would make it busy). */
int mount_detach(int fd);

/*
 * Which mount a descriptor lies on. Ids are never used again where the kernel
 * has unique ones (6.8), else they may be, after the mount is gone.
 */
struct mount_identity {
	uint64_t id;
	bool is_unique; /* never used again */
	bool is_root;   /* fd is the mount's root */
};

int mount_identify(int fd, struct mount_identity *ret_identity);
