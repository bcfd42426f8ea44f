/* SPDX-License-Identifier: MIT */
/* System calls, namespaces, mounts. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <mntent.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/auto.h"
#include "cli/probes.h"
#include "sub/place.h"
#include "sys/beneath.h"
#include "sys/cgroup.h"
#include "sys/confine.h"
#include "sys/kernel.h"
#include "sys/mount.h"
#include "sys/process.h"
#include "sys/userns.h"

#define TRIED_BASE 524288 /* a host id for guest root, while we try */

static const struct mount_option none[] = {{NULL, NULL}};

int probe_openat2(const struct probe *p, const struct places *places)
{
	AUTO(fd) int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO(fd) int fd = -1;

	(void)p;
	(void)places;
	if (root_fd < 0)
		return -errno;
	fd = beneath_open(root_fd, "/../proc", true);
	return fd < 0 ? fd : FOUND;
}

int probe_mounts(const struct probe *p, const struct places *places)
{
	AUTO(fd) int fd = mount_new("tmpfs", none, 0);
	AUTO(fd) int copy_fd = -1;

	(void)p;
	(void)places;
	if (fd < 0)
		return fd;
	copy_fd = mount_clone(AT_FDCWD, "/", false);
	return copy_fd < 0 ? copy_fd : FOUND;
}

int probe_setattr(const struct probe *p, const struct places *places)
{
	AUTO(fd) int fd = mount_new("tmpfs", none, 0);
	int r = fd < 0 ? fd
	               : mount_shape(fd, K_MOUNT_ATTR_RDONLY, MS_PRIVATE,
	                             false);

	(void)p;
	(void)places;
	return r < 0 ? r : FOUND;
}

static int bear(int cgroup_fd)
{
	AUTO(process) struct process child = {.pid_fd = -1};
	int status, r = process_clone(0, cgroup_fd, &child);

	if (!r)
		_exit(0);
	if (r > 0)
		r = process_reap(&child, &status);
	return r < 0 ? r : FOUND;
}

int probe_clone3(const struct probe *p, const struct places *places)
{
	(void)p;
	(void)places;
	return bear(-1);
}

/* Our own cgroup is one, too. */
int probe_into_cgroup(const struct probe *p, const struct places *places)
{
	AUTO(fd) int root_fd = cgroup_open_root();
	AUTO(fd) int fd = -1;

	(void)p;
	(void)places;
	if (root_fd < 0)
		return root_fd;
	fd = cgroup_open_of(root_fd, "", getpid());
	return fd == -ENOENT ? NOT_TRIED : fd < 0 ? fd : bear(fd);
}

int probe_pidfd(const struct probe *p, const struct places *places)
{
	AUTO(fd) int fd = k_pidfd_open(getpid());

	(void)p;
	(void)places;
	if (fd < 0 || k_pidfd_send_signal(fd, 0) < 0)
		return -errno;
	return FOUND;
}

int probe_close_range(const struct probe *p, const struct places *places)
{
	(void)p;
	(void)places;
	return k_close_range(~0u, ~0u) < 0 ? -errno : FOUND;
}

int probe_users(const struct probe *p, const struct places *places)
{
	int r = confine_be_charged_to(TRIED_BASE);

	(void)p;
	(void)places;
	if (r < 0)
		return r;
	return unshare(CLONE_NEWUSER) < 0 ? -errno : FOUND;
}

int probe_namespace(const struct probe *p, const struct places *places)
{
	static const struct {
		const char *name;
		int flag;
	} kinds[] = {
		{"mnt", CLONE_NEWNS},  {"pid", CLONE_NEWPID},
		{"net", CLONE_NEWNET}, {"uts", CLONE_NEWUTS},
		{"ipc", CLONE_NEWIPC}, {"cgroup", CLONE_NEWCGROUP},
	};

	(void)places;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].name, p->arg))
			return unshare(kinds[i].flag) < 0 ? -errno : FOUND;
	return -EINVAL;
}

int probe_seccomp(const struct probe *p, const struct places *places)
{
	static const struct sock_filter all[] = {
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	int r = confine_filter(all, 1);

	(void)p;
	(void)places;
	return r < 0 ? r : FOUND;
}

int probe_keyring(const struct probe *p, const struct places *places)
{
	(void)p;
	(void)places;
	return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0
	               ? -errno
	               : FOUND;
}

int probe_mount_ids(const struct probe *p, const struct places *places)
{
	AUTO(fd) int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct mount_identity identity;
	int r = fd < 0 ? -errno : mount_identify(fd, &identity);

	(void)p;
	(void)places;
	if (r < 0)
		return r;
	return identity.is_unique ? FOUND : -EOPNOTSUPP;
}

int probe_descriptors(const struct probe *p, const struct places *places)
{
	AUTO(fd) int fs_fd = k_fsopen("overlay");
	AUTO(fd) int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)p;
	(void)places;
	if (fs_fd < 0 || root_fd < 0 ||
	    k_fsconfig(fs_fd, K_FSCONFIG_SET_FD, "lowerdir+", NULL, root_fd) <
	            0)
		return -errno;
	return FOUND;
}

int probe_filesystem(const struct probe *p, const struct places *places)
{
	AUTO(fd) int fs_fd = k_fsopen(p->arg);

	(void)places;
	return fs_fd < 0 ? -errno : FOUND;
}

/* A copy of some mount of that type: a descriptor, or -ENOENT. */
static int copy_mount(const char *type)
{
	FILE *f = setmntent("/proc/self/mounts", "re");
	int fd = -ENOENT;
	struct mntent *e;

	while (f && fd < 0 && (e = getmntent(f)))
		if (!strcmp(e->mnt_type, type))
			fd = mount_clone(AT_FDCWD, e->mnt_dir, false);
	if (f)
		endmntent(f);
	return fd;
}

static int find_mount(const char *type, const struct places *places)
{
	AUTO(fd) int fs_fd = -1;

	if (!type)
		return mount_clone(AT_FDCWD, places->subhost, false);
	if (!strcmp(type, "tmpfs"))
		return mount_new(type, none, 0);
	fs_fd = k_fsopen(type);
	return fs_fd < 0 ? -errno : copy_mount(type);
}

int probe_idmap(const struct probe *p, const struct places *places)
{
	AUTO(userns_maker) struct userns_maker maker = USERNS_MAKER_NONE;
	AUTO(fd) int fd = find_mount(p->arg, places);
	AUTO(fd) int user_fd = -1;
	int r;

	if (fd < 0)
		return fd == -ENOENT ? NOT_TRIED : fd;
	r = userns_begin(&maker, TRIED_BASE, false, NULL);
	if (!r)
		user_fd = userns_get_user(&maker, TRIED_BASE);
	if (r < 0 || user_fd < 0)
		return r < 0 ? r : user_fd;
	r = mount_idmap(fd, user_fd, false);
	return r < 0 ? r : FOUND;
}
