/* SPDX-License-Identifier: MIT */

#include "run/launcher.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/file.h"
#include "sub/event.h"
#include "sub/sub.h"
#include "sys/mntns.h"

#define PIN   LAUNCHER_PIN
#define TRIES 16

/* Is there a record of anyone but except (NULL: of anyone at all)? */
static bool has_record(int run_fd, const char *except)
{
	AUTO(fd) int fd = openat(run_fd, ".", O_RDONLY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	bool found = !dir; /* not known: be careful */

	if (!dir)
		return found;
	fd_take(&fd);
	while (!found && (e = readdir(dir)))
		found = e->d_name[0] != '.' && strcmp(e->d_name, PIN) &&
		        (!except || strcmp(e->d_name, except));
	closedir(dir);
	return found;
}

/* Where the kernel takes ours for the younger namespace, one made on another
 * processor may be the younger after all. */
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
static int make_alone(struct sub *s)
{
	AUTO(fd) int fd = mntns_open(s->run_fd, PIN);

	if (fd >= 0)
		return fd_take(&fd);
	mntns_unpin(s->run_fd, PIN); /* a pin that was cut short */
	return make_pinned(s);
}

int launcher_open(struct sub *s, bool needed, int *ret_fd, struct err *err)
{
	int r = mntns_open(s->run_fd, PIN);

	if (r < 0 && !needed && !has_record(s->run_fd, s->name))
		return 0;
	if (r < 0) {
		/* Others at work may take their time: do not wait for them.
		 * Our own record keeps SUBHOST_RUN while we have no lock. */
		if (!flock(s->run_fd, LOCK_EX | LOCK_NB))
			r = make_alone(s);
		else
			r = needed ? mntns_make_tiny(-1) : 0;
		if (flock(s->run_fd, LOCK_SH) < 0)
			r = -errno;
	}
	if (r > 0)
		*ret_fd = r;
	return r < 0 ? err_set(err, r, "cannot make the launcher %s/" PIN,
	                       s->places->run)
	             : 0;
}

static bool is_ours(int run_fd)
{
	struct stat st;

	return !fstat(run_fd, &st) && (st.st_mode & 07777) == PLACES_RUN_MODE;
}

/* Who has just ended may write that down meanwhile. */
static void remove_run(const struct places *places, int run_fd)
{
	int r = -1;

	file_remove_tree(run_fd, PLACES_CASTS);
	errno = ENOTEMPTY;
	for (int i = 0; r < 0 && errno == ENOTEMPTY && i < TRIES; i++) {
		event_forget(run_fd);
		r = rmdir(places->run);
	}
}

void launcher_leave_run(const struct places *places, int *run_fd)
{
	if (*run_fd < 0)
		return;
	/* Whoever else is at work holds it, and will come by here too. */
	if (!flock(*run_fd, LOCK_EX | LOCK_NB) && !has_record(*run_fd, NULL)) {
		mntns_unpin(*run_fd, PIN);
		if (is_ours(*run_fd))
			remove_run(places, *run_fd);
	}
	close(*run_fd);
	*run_fd = -1;
}

void launcher_leave(struct sub *s)
{
	launcher_leave_run(s->places, &s->run_fd);
}
