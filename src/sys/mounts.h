/* SPDX-License-Identifier: MIT */
/*
 * The mount table as text, for the rare case that a record does not tell: its
 * cost grows with the number of mounts on the host.
 */
#pragma once

#include <stdint.h>

struct buf;

struct mount_description {
	char *source; /* as its mounter named it, escapes resolved */
	char *type;
};

void mount_description_done(struct mount_description *d);

/* Describe the mount that fd lies on: 0, -ENOENT when it is not in the
 * caller's mount namespace, or -errno. */
int mounts_describe(int fd, struct mount_description *ret_description);

/*
 * Append where the mount of that id (see mount_identify()) is, as a path from
 * our root: 0, or -ENOENT. By statmount(2) (Linux 6.8) at the cost of one
 * mount; before, out of the table.
 */
int mounts_find(uint64_t id, struct buf *path);

/* One line of a mount table. */
struct mount_line {
	int id; /* of this table's own kind */
	unsigned major, minor;
	const char *root;  /* what of that filesystem is shown */
	const char *point; /* where, from the root of the table's owner */
};

/* Each line of a process's table: 0 or -errno. */
int mounts_each(int pid, void (*each)(void *arg, const struct mount_line *line),
                void *arg);

static inline void mount_description_auto(struct mount_description *d)
{
	mount_description_done(d);
}
