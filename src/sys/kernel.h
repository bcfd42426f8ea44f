/* SPDX-License-Identifier: MIT */
/*
 * The kernel's interface where the C libraries of Debian 12 have no wrapper
 * for it, or contradict <linux/mount.h>. Plain system calls: -1 and errno.
 */
#pragma once

#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* clang-format off */
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH			0x1000
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE			0x8000
#endif

#define K_OPEN_TREE_CLONE		1u
#define K_OPEN_TREE_CLOEXEC		02000000u
#define K_MOVE_MOUNT_F_EMPTY_PATH	0x04u
#define K_MOVE_MOUNT_T_EMPTY_PATH	0x40u
#define K_FSOPEN_CLOEXEC		1u
#define K_FSMOUNT_CLOEXEC		1u

#define K_FSCONFIG_SET_FLAG		0u
#define K_FSCONFIG_SET_STRING		1u
#define K_FSCONFIG_SET_FD		5u
#define K_FSCONFIG_CMD_CREATE		6u

#define K_MOUNT_ATTR_RDONLY		0x000001u
#define K_MOUNT_ATTR_NOSUID		0x000002u
#define K_MOUNT_ATTR_NODEV		0x000004u
#define K_MOUNT_ATTR_NOEXEC		0x000008u
#define K_MOUNT_ATTR_IDMAP		0x100000u

#define K_RESOLVE_NO_MAGICLINKS		0x02u
#define K_RESOLVE_NO_SYMLINKS		0x04u
#define K_RESOLVE_IN_ROOT		0x10u

#define K_CLONE_INTO_CGROUP		0x200000000ull
#define K_CLONE_PIDFD			0x1000ull

#define K_STATX_MNT_ID			0x1000u
#define K_STATX_MNT_ID_UNIQUE		0x4000u
#define K_STATX_ATTR_MOUNT_ROOT		0x2000u
/* clang-format on */

struct k_mount_attr {
	uint64_t attr_set, attr_clr, propagation, userns_fd;
};

struct k_open_how {
	uint64_t flags, mode, resolve;
};

/* Linux 6.8. */
struct k_mnt_id_req {
	uint32_t size, spare;
	uint64_t mnt_id, param;
};

#define K_SYS_STATMOUNT       457
#define K_STATMOUNT_MNT_POINT 0x10u

struct k_statmount {
	uint32_t size, mnt_opts;
	uint64_t mask;
	uint8_t unused[88];
	uint32_t mnt_root, mnt_point; /* where in text */
	uint8_t more[400];
	char text[4096];
};

struct k_clone_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack,
		stack_size, tls, set_tid, set_tid_size, cgroup;
};

/* struct statx up to the mount id, padded to what the kernel writes. */
struct k_statx {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint8_t unused[128];
	uint64_t mnt_id;
	uint64_t spare[13];
};

static inline int k_statx(int fd, unsigned mask, struct k_statx *st)
{
	return (int)syscall(SYS_statx, fd, "", AT_EMPTY_PATH, mask, st);
}

static inline int k_open_tree(int dir_fd, const char *path, unsigned flags)
{
	return (int)syscall(SYS_open_tree, dir_fd, path, flags);
}

static inline int k_move_mount(int from_fd, int to_fd, const char *to,
                               unsigned flags)
{
	return (int)syscall(SYS_move_mount, from_fd, "", to_fd, to,
	                    K_MOVE_MOUNT_F_EMPTY_PATH | flags);
}

static inline int k_fsopen(const char *type)
{
	return (int)syscall(SYS_fsopen, type, K_FSOPEN_CLOEXEC);
}

static inline int k_fsconfig(int fs_fd, unsigned cmd, const char *key,
                             const void *value, int aux)
{
	return (int)syscall(SYS_fsconfig, fs_fd, cmd, key, value, aux);
}

static inline int k_fsmount(int fs_fd, unsigned attr)
{
	return (int)syscall(SYS_fsmount, fs_fd, K_FSMOUNT_CLOEXEC, attr);
}

static inline int k_mount_setattr(int fd, unsigned flags,
                                  struct k_mount_attr *attr)
{
	return (int)syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | flags,
	                    attr, sizeof(*attr));
}

static inline int k_openat2(int dir_fd, const char *path,
                            struct k_open_how *how)
{
	return (int)syscall(SYS_openat2, dir_fd, path, how, sizeof(*how));
}

static inline int k_clone3(struct k_clone_args *args)
{
	return (int)syscall(SYS_clone3, args, sizeof(*args));
}

static inline int k_pivot_root(const char *new_root, const char *put_old)
{
	return (int)syscall(SYS_pivot_root, new_root, put_old);
}

static inline int k_pidfd_open(int pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

static inline int k_pidfd_send_signal(int pid_fd, int signal)
{
	return (int)syscall(SYS_pidfd_send_signal, pid_fd, signal, NULL, 0);
}

static inline int k_close_range(unsigned first, unsigned last)
{
	return (int)syscall(SYS_close_range, first, last, 0);
}

static inline int k_execveat(int fd, char *const argv[], char *const envp[])
{
	return (int)syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
}

static inline int k_statmount(const struct k_mnt_id_req *req,
                              struct k_statmount *st, size_t size)
{
	return (int)syscall(K_SYS_STATMOUNT, req, st, size, 0);
}
