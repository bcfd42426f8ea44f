/* SPDX-License-Identifier: MIT */

#include "host/launcher.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/err.h"
#include "host/sub.h"
#include "sys/mntns.h"

#define PIN "launch.mnt"

/*
 * Make and pin one. Where the kernel takes ours for the younger namespace,
 * made on another processor it may be the older; where none is, this start
 * goes without a pin, and only costs more.
 */
static int make_pinned(struct sub *s)
{
	int cpus = (int)sysconf(_SC_NPROCESSORS_CONF), fd = -1, r = -EINVAL;

	for (int cpu = -1; r == -EINVAL && cpu < cpus; cpu++) {
		fd_auto(&fd);
		fd = mntns_make_tiny(cpu);
		r = fd < 0 ? fd : mntns_pin(fd, s->run_fd, PIN);
	}
	if (!r || r == -EINVAL)
		return fd;
	fd_auto(&fd);
	return r;
}

/* With SUBHOST_RUN to ourselves, lest two make one. */
static int make(struct sub *s, int *ret_fd)
{
	AUTO(fd) int fd = -1;

	if (flock(s->run_fd, LOCK_EX) < 0)
		return -errno;
	fd = mntns_open(s->run_fd, PIN);
	if (fd < 0) {
		mntns_unpin(s->run_fd, PIN); /* a pin that was cut short */
		fd = make_pinned(s);
		if (fd < 0)
			return fd;
	}
	*ret_fd = fd_take(&fd);
	return flock(s->run_fd, LOCK_SH) < 0 ? -errno : 0;
}

int launcher_open(struct sub *s, int *ret_fd, struct err *err)
{
	int r = mntns_open(s->run_fd, PIN);

	if (r >= 0) {
		*ret_fd = r;
		return 0;
	}
	r = make(s, ret_fd);
	return r < 0 ? err_set(err, r, "cannot make the launcher %s/" PIN,
	                       s->places->run)
	             : 0;
}

static bool is_unused(int run_fd)
{
	AUTO(fd) int fd = openat(run_fd, ".", O_RDONLY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	bool unused = true;

	if (!dir)
		return false;
	fd_take(&fd);
	while (unused && (e = readdir(dir)))
		unused = e->d_name[0] == '.' || !strcmp(e->d_name, PIN);
	closedir(dir);
	return unused;
}

void launcher_leave(struct sub *s)
{
	if (s->run_fd < 0)
		return;
	/* Whoever else is at work holds it, and will come by here too. */
	if (!flock(s->run_fd, LOCK_EX | LOCK_NB) && is_unused(s->run_fd)) {
		mntns_unpin(s->run_fd, PIN);
		rmdir(s->places->run);
	}
	close(s->run_fd);
	s->run_fd = -1;
}
