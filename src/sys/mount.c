/* SPDX-License-Identifier: MIT */

#include "sys/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "sys/kernel.h"
#include "sys/older.h"

int mount_new(const char *type, const struct mount_option *options,
              uint64_t attrs)
{
	AUTO(fd) int fs_fd = k_fsopen(type);
	int fd;

	if (fs_fd < 0)
		return -errno;
	for (const struct mount_option *o = options; o->key; o++) {
		unsigned cmd =
			o->value ? K_FSCONFIG_SET_STRING : K_FSCONFIG_SET_FLAG;

		if (k_fsconfig(fs_fd, cmd, o->key, o->value, 0) < 0)
			return -errno;
	}
	if (k_fsconfig(fs_fd, K_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	fd = k_fsmount(fs_fd, (unsigned)attrs);
	return fd < 0 ? -errno : fd;
}

int mount_clone(int dir_fd, const char *path, bool recursive)
{
	unsigned flags = K_OPEN_TREE_CLONE | K_OPEN_TREE_CLOEXEC;
	int fd;

	if (!*path)
		flags |= AT_EMPTY_PATH;
	if (recursive)
		flags |= AT_RECURSIVE;
	fd = k_open_tree(dir_fd, path, flags);
	return fd < 0 ? -errno : fd;
}

static int set_attr(int fd, struct k_mount_attr *attr, bool recursive)
{
	return k_mount_setattr(fd, recursive ? AT_RECURSIVE : 0, attr) < 0
	               ? -errno
	               : 0;
}

int mount_shape(int mount_fd, uint64_t attrs, uint64_t propagation,
                bool recursive)
{
	struct k_mount_attr attr = {.attr_set = attrs,
	                            .propagation = propagation};

	return set_attr(mount_fd, &attr, recursive);
}

int mount_make_writable(int mount_fd)
{
	struct k_mount_attr attr = {.attr_clr = K_MOUNT_ATTR_RDONLY};

	return set_attr(mount_fd, &attr, false);
}

int mount_idmap(int mount_fd, int userns_fd, bool recursive)
{
	struct k_mount_attr attr = {.attr_set = K_MOUNT_ATTR_IDMAP,
	                            .userns_fd = (uint64_t)userns_fd};

	return set_attr(mount_fd, &attr, recursive);
}

int mount_attach(int mount_fd, int on_fd)
{
	return k_move_mount(mount_fd, on_fd, "", K_MOVE_MOUNT_T_EMPTY_PATH) < 0
	               ? -errno
	               : 0;
}

int mount_detach(int fd)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return umount2(path, MNT_DETACH) < 0 ? -errno : 0;
}

int mount_identify(int fd, struct mount_identity *ret_identity)
{
	unsigned mask = older_kernel() ? K_STATX_MNT_ID : K_STATX_MNT_ID_UNIQUE;
	struct k_statx st;

	memset(&st, 0, sizeof(st));
	if (k_statx(fd, mask | K_STATX_MNT_ID, &st) < 0)
		return -errno;
	if (!(st.mask & (K_STATX_MNT_ID | K_STATX_MNT_ID_UNIQUE)))
		return -EOPNOTSUPP;
	ret_identity->id = st.mnt_id;
	ret_identity->is_unique = st.mask & K_STATX_MNT_ID_UNIQUE;
	ret_identity->is_root = st.attributes & K_STATX_ATTR_MOUNT_ROOT;
	return 0;
}
