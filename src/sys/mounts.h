/* SPDX-License-Identifier: MIT */
/*
 * The mount table as text, for the rare case that a record does not tell: its
 * cost grows with the number of mounts on the host.
 */
#pragma once

struct mount_description {
	char *source; /* as its mounter named it, escapes resolved */
	char *type;
};

void mount_description_done(struct mount_description *d);

/* Describe the mount that fd lies on: 0, -ENOENT when it is not in the
 * caller's mount namespace, or -errno. */
int mounts_describe(int fd, struct mount_description *ret_description);

static inline void mount_description_auto(struct mount_description *d)
{
	mount_description_done(d);
}
