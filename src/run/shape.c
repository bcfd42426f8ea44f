/* SPDX-License-Identifier: MIT */
/*
 * What the guest will see: its root, /dev, /proc and /sys, in a mount namespace
 * of its own. All of it is attached by descriptor.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "run/launch_steps.h"
#include "run/masks.h"
#include "run/steps.h"
#include "sys/beneath.h"
#include "sys/kernel.h"
#include "sys/mount.h"

#define HIDDEN (K_MOUNT_ATTR_NOSUID | K_MOUNT_ATTR_NODEV | K_MOUNT_ATTR_NOEXEC)

int step_launcher(struct launch *l)
{
	int own = CLONE_NEWNS | (l->mounts ? 0 : CLONE_NEWCGROUP);

	if (l->launcher_fd >= 0 && setns(l->launcher_fd, CLONE_NEWNS) < 0)
		return -errno;
	if (unshare(own) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	return 0;
}

/* Attach a mount below live, on a place that the guest may have tampered
 * with: a symlink there is refused. */
static int attach_at(int mount_fd, int root_fd, const char *path)
{
	AUTO(fd) int on_fd = beneath_open(root_fd, path, false);

	return on_fd < 0 ? on_fd : mount_attach(mount_fd, on_fd);
}

/* Below live, where it is gone with the host's root. */
int step_masks(struct launch *l)
{
	l->mask_fd = masks_make(l->point);
	return l->mask_fd < 0 ? l->mask_fd : 0;
}

int step_root(struct launch *l)
{
	AUTO(fd) int on_fd = open(l->point, O_PATH | O_CLOEXEC);

	return on_fd < 0 ? -errno : mount_attach(l->live_fd, on_fd);
}

int step_dev(struct launch *l)
{
	int r = attach_at(l->dev_fd, l->live_fd, "dev");

	return r ? r : attach_at(l->pts_fd, l->dev_fd, "pts");
}

/* /dev/console is init's terminal; where that has none there is none. What it
 * is mounted on nobody will ever see. */
int step_console(struct launch *l)
{
	AUTO(fd) int fd = -1;
	char name[16];

	if (l->terminal < 0)
		return 0;
	if (mknodat(l->dev_fd, "console", S_IFREG, 0) < 0)
		return -errno;
	snprintf(name, sizeof(name), "%d", l->terminal);
	fd = mount_clone(l->pts_fd, name, false);
	return fd < 0 ? fd : attach_at(fd, l->dev_fd, "console");
}

static int attach_new(const char *type, uint64_t attrs, int root_fd,
                      const char *path)
{
	static const struct mount_option none[] = {{NULL, NULL}};
	AUTO(fd) int fd = mount_new(type, none, HIDDEN | attrs);

	return fd < 0 ? fd : attach_at(fd, root_fd, path);
}

/* A user namespace may mount these only where it sees them already. */
int step_visible(struct launch *l)
{
	AUTO(fd) int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	(void)l;
	if (root_fd < 0)
		return -errno;
	r = attach_new("proc", 0, root_fd, "proc");
	return r ? r : attach_new("sysfs", K_MOUNT_ATTR_RDONLY, root_fd, "sys");
}

/* In a mount namespace copied from a mightier one every mount is locked to its
 * place; a copy of the tree is not. */
int step_unlock(struct launch *l)
{
	AUTO(fd) int on_fd = open(l->point, O_PATH | O_CLOEXEC);
	int fd, r;

	if (on_fd < 0)
		return -errno;
	fd = mount_clone(on_fd, "", true);
	if (fd < 0)
		return fd;
	r = mount_attach(fd, on_fd);
	close(l->live_fd);
	l->live_fd = fd;
	return r;
}

static int mount_sys(struct launch *l)
{
	AUTO(fd) int fd = -1;

	if (!l->mounts || l->net_fd >= 0)
		return attach_new("sysfs", K_MOUNT_ATTR_RDONLY, l->live_fd,
		                  "sys");
	/* A guest in the host's network does not own it, nor may mount it. */
	fd = mount_clone(AT_FDCWD, "/sys", false);
	return fd < 0 ? fd : attach_at(fd, l->live_fd, "sys");
}

int step_kernel(struct launch *l)
{
	int r = attach_new("proc", 0, l->live_fd, "proc");

	if (!r)
		r = mount_sys(l);
	if (!r && !l->mounts)
		r = masks_attach(l->mask_fd, l->live_fd, l->user_fd >= 0,
		                 l->net_fd >= 0);
	if (r < 0)
		return r;
	r = attach_new("cgroup2", l->mounts ? 0 : K_MOUNT_ATTR_RDONLY,
	               l->live_fd, "sys/fs/cgroup");
	/* A kernel without cgroups has no place for them. */
	return r == -ENODEV || r == -ENOENT ? 0 : r;
}

int step_pivot(struct launch *l)
{
	if (fchdir(l->live_fd) < 0 || k_pivot_root(".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return -errno;
	/* A real init finds its mounts shared, as it would have made them: what
	 * it lends a service in another namespace shall arrive there. */
	if (l->mounts && mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) < 0)
		return -errno;
	return 0;
}
