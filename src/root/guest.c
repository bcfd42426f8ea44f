/* SPDX-License-Identifier: MIT */

#include "root/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/words.h"
#include "sys/confine.h"
#include "sys/process.h"

static int become_guest(int live_fd, int userns_fd)
{
	umask(022);
	if (fchdir(live_fd) < 0)
		return -errno;
	if (userns_fd >= 0 && (setns(userns_fd, CLONE_NEWUSER) < 0 ||
	                       confine_become(0, 0, NULL, 0) < 0))
		return -errno;
	return chroot(".") < 0 || chdir("/") < 0 ? -errno : 0;
}

int guest_make_dirs(int live_fd, int userns_fd, const struct words *paths,
                    struct err *err)
{
	AUTO(process) struct process child = {.pid_fd = -1};
	int status = 0, r;

	if (!paths->n)
		return 0;
	r = process_clone(0, -1, &child);
	if (!r) {
		r = become_guest(live_fd, userns_fd);
		for (size_t i = 0; !r && i < paths->n; i++)
			r = file_make_dirs(paths->v[i], 0755);
		_exit(-r);
	}
	if (r > 0)
		r = process_reap(&child, &status);
	if (r < 0)
		return err_set(err, r, "cannot enter its root");
	return status ? err_set(err, -status,
	                        "cannot make the directory %s in its root",
	                        paths->v[0])
	              : 0;
}

/* Does it say so already? What is there may be anything. */
static bool says(int dir_fd, const char *name, const char *text)
{
	AUTO(fd)
	int fd = openat(dir_fd, name,
	                O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	AUTO(buf) struct buf there = {0};
	struct stat st;

	return fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) &&
	       !file_read_fd(fd, strlen(text), &there) &&
	       !strcmp(buf_text(&there), text);
}

static int write_one(const struct guest_file *file)
{
	AUTO(fd) int dir_fd = -1;
	int r = file_make_dirs(file->directory, 0755);

	if (r < 0)
		return r;
	dir_fd = open(file->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0)
		return -errno;
	if (says(dir_fd, file->name, file->text))
		return 0;
	return file_replace_as(dir_fd, file->name, 0644, file->text);
}

int guest_write_files(int live_fd, int userns_fd,
                      const struct guest_file *files, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		AUTO(process) struct process child = {.pid_fd = -1};
		int status = 0, r = process_clone(0, -1, &child);

		if (!r) {
			r = become_guest(live_fd, userns_fd);
			_exit(r ? -r : -write_one(&files[i]));
		}
		if (r > 0)
			r = process_reap(&child, &status);
		if (r < 0)
			return err_set(err, r, "cannot enter its root");
		if (status)
			return err_set(err, -status,
			               "cannot write %s/%s in its root",
			               files[i].directory, files[i].name);
	}
	return 0;
}
