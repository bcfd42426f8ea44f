/* SPDX-License-Identifier: MIT */

#include "sys/cgroup_old.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "sys/cgroup.h"

#define FREEZE_TRIES 10000
#define FREEZE_NS    1000000
#define CPUSET_MAX   65536
#define LINES_MAX    65536

static const char *const names[CGROUP_CONTROLLERS] = {
	[CGROUP_PIDS] = "pids",
	[CGROUP_MEMORY] = "memory",
	[CGROUP_CPU] = "cpu",
	[CGROUP_BLKIO] = "blkio",
	[CGROUP_DEVICES] = "devices",
	[CGROUP_FREEZER] = "freezer",
	[CGROUP_CPUSET] = "cpuset",
	[CGROUP_CPUACCT] = "cpuacct",
	[CGROUP_NET_CLS] = "net_cls",
	[CGROUP_NET_PRIO] = "net_prio",
	[CGROUP_PERF_EVENT] = "perf_event",
	[CGROUP_HUGETLB] = "hugetlb",
	[CGROUP_RDMA] = "rdma",
	[CGROUP_MISC] = "misc",
	[CGROUP_SYSTEMD] = "systemd",
	[CGROUP_ELOGIND] = "elogind",
	[CGROUP_OPENRC] = "openrc",
};

void cgroup_old_done(struct cgroup_old *old)
{
	for (int i = 0; i < CGROUP_CONTROLLERS; i++)
		fd_auto(&old->fd[i]);
	*old = (struct cgroup_old)CGROUP_OLD_NONE;
}

enum cgroup_controller cgroup_old_named(const char *controller)
{
	enum cgroup_controller i = 0;

	while (i < CGROUP_CONTROLLERS && strcmp(names[i], controller))
		i++;
	return i;
}

/* Several controllers may share a hierarchy. */
static bool has(const struct cgroup_old *old, int fd)
{
	struct stat st, held;

	if (fstat(fd, &st) < 0)
		return false;
	for (int i = 0; i < CGROUP_CONTROLLERS; i++)
		if (old->fd[i] >= 0 && !fstat(old->fd[i], &held) &&
		    held.st_dev == st.st_dev && held.st_ino == st.st_ino)
			return true;
	return false;
}

/* A new cpuset is empty, and nobody can join it. */
static int copy_cpuset(int from_fd, int to_fd)
{
	static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};
	int r = 0;

	for (size_t i = 0; !r && i < sizeof(files) / sizeof(*files); i++) {
		AUTO(buf) struct buf b = {0};

		r = file_read(from_fd, files[i], CPUSET_MAX, &b);
		if (!r)
			r = file_write(to_fd, files[i], buf_text(&b));
	}
	return r;
}

static int fill_cpuset(int root_fd, const char *parent, int fd)
{
	AUTO(fd)
	int parent_fd =
		openat(root_fd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = parent_fd < 0 ? -errno : copy_cpuset(root_fd, parent_fd);

	return r ? r : copy_cpuset(parent_fd, fd);
}

int cgroup_old_make(struct cgroup_old *old, const struct cgroup_place *place,
                    enum cgroup_controller controller)
{
	AUTO(fd) int root_fd = -1;
	int fd, r;

	if (old->fd[controller] >= 0)
		return 0;
	root_fd = cgroup_open_controller(names[controller]);
	if (root_fd < 0)
		return root_fd;
	fd = cgroup_make(root_fd, place->parent, place->name, place->mark);
	if (fd == -EEXIST) {
		AUTO(fd)
		int left_fd = cgroup_open(root_fd, place->parent, place->name);

		if (left_fd < 0 || !cgroup_is_marked(left_fd, place->mark))
			return -EEXIST;
		if (has(old, left_fd)) {
			old->fd[controller] = fd_take(&left_fd);
			return 0;
		}
		fd = cgroup_remove(root_fd, place->parent, place->name);
		if (!fd)
			fd = cgroup_make(root_fd, place->parent, place->name,
			                 place->mark);
	}
	if (fd < 0)
		return fd;
	old->fd[controller] = fd;
	if (controller != CGROUP_CPUSET)
		return 0;
	r = fill_cpuset(root_fd, place->parent, fd);
	if (r < 0)
		cgroup_old_unmake(old, place, controller);
	return r;
}

/* One line of /proc/self/cgroup, "8:cpu,cpuacct:/place": the names in it,
 * unless there is a cgroup for one of them. */
static void look_for(const struct cgroup_old *old, char *line,
                     struct buf *missing)
{
	char *all, *name, *rest;

	strsep(&line, ":");
	all = strsep(&line, ":");
	if (!line || !*all)
		return; /* version 2 */
	rest = all + (strncmp(all, "name=", 5) ? 0 : 5);
	while ((name = strsep(&rest, ","))) {
		enum cgroup_controller c = cgroup_old_named(name);

		if (c < CGROUP_CONTROLLERS && old->fd[c] >= 0)
			return;
		if (rest)
			rest[-1] = ',';
	}
	buf_printf(missing, "%s%s", missing->len ? " " : "", all);
}

int cgroup_old_make_all(struct cgroup_old *old,
                        const struct cgroup_place *place, struct buf *missing)
{
	AUTO(buf) struct buf lines = {0};
	char *line, *rest;
	int r = 0;

	for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
		r = cgroup_old_make(old, place, (enum cgroup_controller)i);
		if (r < 0 && r != -ENOENT)
			return r;
	}
	r = file_read(AT_FDCWD, "/proc/self/cgroup", LINES_MAX, &lines);
	rest = lines.data;
	while (!r && rest && (line = strsep(&rest, "\n")))
		look_for(old, line, missing);
	return r == -ENOENT ? 0 : r; /* a kernel without */
}

void cgroup_old_unmake(struct cgroup_old *old, const struct cgroup_place *place,
                       enum cgroup_controller controller)
{
	AUTO(fd) int root_fd = cgroup_open_controller(names[controller]);

	if (old->fd[controller] < 0 || root_fd < 0)
		return;
	close(old->fd[controller]);
	old->fd[controller] = -1;
	cgroup_remove(root_fd, place->parent, place->name);
}

int cgroup_old_open_one(struct cgroup_old *old,
                        const struct cgroup_place *place,
                        enum cgroup_controller controller)
{
	AUTO(fd) int root_fd = cgroup_open_controller(names[controller]);
	AUTO(fd) int fd = -1;

	if (root_fd < 0)
		return 0;
	fd = cgroup_open(root_fd, place->parent, place->name);
	if (fd < 0 && fd != -ENOENT)
		return fd;
	if (fd >= 0 && cgroup_is_marked(fd, place->mark))
		old->fd[controller] = fd_take(&fd);
	return 0;
}

int cgroup_old_open(struct cgroup_old *old, const struct cgroup_place *place)
{
	int r = 0;

	for (int i = 0; !r && i < CGROUP_CONTROLLERS; i++)
		r = cgroup_old_open_one(old, place, (enum cgroup_controller)i);
	return r;
}

int cgroup_old_join(const struct cgroup_old *old)
{
	for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
		int r = old->fd[i] < 0 ? 0
		                       : file_write(old->fd[i], "tasks", "0");

		if (r < 0)
			return r;
	}
	return 0;
}

static int remove_one(const struct cgroup_place *place, const char *controller)
{
	AUTO(fd) int root_fd = cgroup_open_controller(controller);
	AUTO(fd) int fd = -1;

	if (root_fd < 0)
		return 0;
	fd = cgroup_open(root_fd, place->parent, place->name);
	if (fd == -ENOENT) {
		cgroup_remove_parent(root_fd, place->parent);
		return 0;
	}
	if (fd < 0)
		return fd;
	return cgroup_is_marked(fd, place->mark)
	               ? cgroup_remove(root_fd, place->parent, place->name)
	               : 0;
}

int cgroup_old_remove(const struct cgroup_place *place)
{
	int first = 0;

	for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
		int r = remove_one(place, names[i]);

		first = first ? first : r;
	}
	return first;
}

static int has_state(int fd, const char *state)
{
	AUTO(buf) struct buf b = {0};
	int r = file_read(fd, "freezer.state", 64, &b);

	return r < 0 ? r
	             : !strncmp(buf_text(&b), state, strlen(state)) &&
	                       buf_text(&b)[strlen(state)] == '\n';
}

int cgroup_old_is_frozen(const struct cgroup_old *old)
{
	int fd = old->fd[CGROUP_FREEZER];

	return fd < 0 ? 0 : has_state(fd, "FROZEN");
}

/* Version 1 has no event for it: it has to be asked again and again. */
int cgroup_old_freeze(const struct cgroup_old *old, bool frozen)
{
	const char *state = frozen ? "FROZEN" : "THAWED";
	const struct timespec moment = {.tv_nsec = FREEZE_NS};
	int fd = old->fd[CGROUP_FREEZER], r;

	if (fd < 0)
		return -ENOENT;
	for (int i = 0; i < FREEZE_TRIES; i++) {
		r = file_write(fd, "freezer.state", state);
		if (!r)
			r = has_state(fd, state);
		if (r)
			return r < 0 ? r : 0;
		nanosleep(&moment, NULL);
	}
	if (frozen) /* none of it, rather than some */
		file_write(fd, "freezer.state", "THAWED");
	return -ETIMEDOUT;
}
