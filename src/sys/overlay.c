/* SPDX-License-Identifier: MIT */
/*
 * Two ways: from Linux 6.13 on the layers are given as descriptors. Before,
 * only paths would do, so a helper attaches the layers in a mount namespace
 * of its own, names them relative to its working directory, and leaves the
 * overlay in the descriptor table that it shares with us.
 */
#include "sys/overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "sys/confine.h"
#include "sys/kernel.h"
#include "sys/mntns.h"
#include "sys/mount.h"
#include "sys/older.h"
#include "sys/process.h"

static const struct mount_option traits[] = {
	{"redirect_dir", "nofollow"},
	{"metacopy", "off"},
	{"index", "on"},
	{NULL, NULL},
};

/* The first line of what the kernel logged into a filesystem context. */
static void read_log(int fs_fd, char *ret_log, size_t log_size)
{
	ssize_t n;

	if (!log_size)
		return;
	n = read(fs_fd, ret_log, log_size - 1);
	ret_log[n > 0 ? n : 0] = '\0';
	ret_log[strcspn(ret_log, "\n")] = '\0';
}

static int set_layer(int fs_fd, const char *key, int dir_fd, const char *name)
{
	AUTO(fd)
	int fd = openat(dir_fd, name,
	                O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return k_fsconfig(fs_fd, K_FSCONFIG_SET_FD, key, NULL, fd) < 0 ? -errno
	                                                               : 0;
}

static int configure(int fs_fd, const struct overlay *o)
{
	int r = 0;

	for (size_t i = 0; !r && i < o->n_lower; i++)
		if (k_fsconfig(fs_fd, K_FSCONFIG_SET_FD, "lowerdir+", NULL,
		               o->lower_fds[i]) < 0)
			r = -errno;
	if (!r)
		r = set_layer(fs_fd, "upperdir", o->writable_fd, o->upper);
	if (!r)
		r = set_layer(fs_fd, "workdir", o->writable_fd, o->work);
	for (const struct mount_option *t = traits; !r && t->key; t++)
		if (k_fsconfig(fs_fd, K_FSCONFIG_SET_STRING, t->key, t->value,
		               0) < 0)
			r = -errno;
	if (!r && k_fsconfig(fs_fd, K_FSCONFIG_SET_STRING, "source", o->source,
	                     0) < 0)
		r = -errno;
	return r;
}

static int create(int fs_fd, uid_t mounter)
{
	int r = confine_act_as(mounter);

	if (r < 0)
		return r;
	if (k_fsconfig(fs_fd, K_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		r = -errno;
	confine_act_as(0);
	return r;
}

static int by_descriptors(const struct overlay *o, char *ret_log,
                          size_t log_size)
{
	AUTO(fd) int fs_fd = k_fsopen("overlay");
	int r;

	if (fs_fd < 0)
		return -errno;
	r = configure(fs_fd, o);
	if (!r)
		r = create(fs_fd, o->mounter);
	if (r < 0) {
		read_log(fs_fd, ret_log, log_size);
		return r;
	}
	r = k_fsmount(fs_fd, 0);
	return r < 0 ? -errno : r;
}

/* Does this kernel take layers as descriptors? */
static bool takes_descriptors(void)
{
	AUTO(fd) int fs_fd = -1;
	AUTO(fd) int root_fd = -1;

	if (older_kernel())
		return false;
	fs_fd = k_fsopen("overlay");
	root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fs_fd >= 0 && root_fd >= 0 &&
	       !k_fsconfig(fs_fd, K_FSCONFIG_SET_FD, "lowerdir+", NULL,
	                   root_fd);
}

/* Attach a layer below the working directory under a name of its own. */
static int attach_as(int mount_fd, const char *name)
{
	AUTO(fd) int fd = -1;

	if (mkdir(name, 0700) < 0)
		return -errno;
	fd = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return mount_attach(mount_fd, fd);
}

static int attach_layers(const struct overlay *o, struct buf *lowerdir)
{
	char name[24];
	int r = 0;

	for (size_t i = 0; !r && i < o->n_lower; i++) {
		snprintf(name, sizeof(name), "%zu", i);
		r = attach_as(o->lower_fds[i], name);
		buf_printf(lowerdir, "%s%s", i ? ":" : "", name);
	}
	return r ? r : attach_as(o->writable_fd, "w");
}

/* In the helper: what was attached goes down with it, so let the caller have
 * copies under the same numbers, and another try. */
static int give_back(int mount_fd, const char *name)
{
	AUTO(fd) int fd = mount_clone(AT_FDCWD, name, false);

	if (fd < 0)
		return fd;
	return dup3(fd, mount_fd, O_CLOEXEC) < 0 ? -errno : 0;
}

static int give_back_layers(const struct overlay *o)
{
	char name[24];
	int r = give_back(o->writable_fd, "w");

	for (size_t i = 0; !r && i < o->n_lower; i++) {
		snprintf(name, sizeof(name), "%zu", i);
		r = give_back(o->lower_fds[i], name);
	}
	return r;
}

/* In the helper: returns a number in the shared table of descriptors. */
static int mount_by_names(const struct overlay *o)
{
	AUTO(buf) struct buf data = {0};
	int failed = 0;
	int r = mntns_enter_empty();

	if (r < 0)
		return r;
	buf_puts(&data, "lowerdir=");
	r = attach_layers(o, &data);
	if (r < 0)
		return r;
	buf_printf(&data, ",upperdir=w/%s,workdir=w/%s", o->upper, o->work);
	for (const struct mount_option *t = traits; t->key; t++)
		buf_printf(&data, ",%s=%s", t->key, t->value);
	if (data.len >= 4096)
		return -E2BIG;
	if (mkdir("o", 0700) < 0)
		return -errno;
	r = confine_act_as(o->mounter);
	if (r < 0)
		return r;
	if (mount(o->source, "o", "overlay", 0, buf_text(&data)) < 0)
		failed = -errno;
	r = confine_act_as(0);
	if (!r && failed)
		r = give_back_layers(o);
	if (r < 0 || failed)
		return r < 0 ? r : failed;
	return mount_clone(AT_FDCWD, "o", false);
}

static int by_helper(const struct overlay *o)
{
	AUTO(process) struct process child = {.pid_fd = -1};
	int ends[2], answer = -ECHILD, status, r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	r = process_clone(CLONE_FILES, -1, &child);
	if (!r) {
		answer = mount_by_names(o);
		_exit(write(ends[1], &answer, sizeof(answer)) !=
		      sizeof(answer));
	}
	if (r > 0)
		r = process_reap(&child, &status);
	if (!r && (status ||
	           read(ends[0], &answer, sizeof(answer)) != sizeof(answer)))
		answer = -ECHILD;
	close(ends[0]);
	close(ends[1]);
	return r < 0 ? r : answer;
}

int overlay_mount(const struct overlay *o, char *ret_log, size_t log_size)
{
	if (log_size)
		*ret_log = '\0';
	if (takes_descriptors())
		return by_descriptors(o, ret_log, log_size);
	return by_helper(o);
}
