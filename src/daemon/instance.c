/* SPDX-License-Identifier: MIT */

#include "daemon/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "run/launcher.h"
#include "sub/place.h"
#include "sys/process.h"

#define FILE_NAME ".subhostd" /* no sub host can have that name */
#define TRIES     64

static int say_who(int fd, const struct places *places, struct err *err)
{
	AUTO(buf) struct buf text = {0}, who = {0};
	int pid = 0;

	if (!file_read_fd(fd, 32, &text))
		pid = (int)strtol(buf_text(&text), NULL, 10);
	if (pid > 0)
		process_describe(pid, &who);
	return err_say(err, -EBUSY, "another subhostd serves %s: %s",
	               places->run, who.len ? who.data : "it only begins");
}

static int write_pid(int fd)
{
	if (ftruncate(fd, 0) < 0)
		return -errno;
	return dprintf(fd, "%d\n", (int)getpid()) < 0 ? -errno : 0;
}

/* 1 when the file went away meanwhile: its daemon has ended. */
static int try_lock(int run_fd, const struct places *places, int *ret_fd,
                    struct err *err)
{
	AUTO(fd)
	int fd = openat(run_fd, FILE_NAME,
	                O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	struct stat st;
	int r;

	if (fd < 0)
		return err_set(err, -errno, "cannot make %s/" FILE_NAME,
		               places->run);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return say_who(fd, places, err);
	if (fstat(fd, &st) < 0 || !st.st_nlink)
		return 1;
	r = write_pid(fd);
	if (r < 0)
		return err_set(err, r, "cannot write %s/" FILE_NAME,
		               places->run);
	*ret_fd = fd_take(&fd);
	return 0;
}

int instance_begin(const struct places *places, int *ret_fd, struct err *err)
{
	AUTO(fd) int run_fd = -1;
	int r = places_hold_run(places, &run_fd);

	if (r < 0)
		return err_set(err, r, "cannot open %s", places->run);
	r = 1;
	for (int i = 0; r > 0 && i < TRIES; i++)
		r = try_lock(run_fd, places, ret_fd, err);
	return r > 0 ? err_set(err, -EAGAIN, "cannot lock %s/" FILE_NAME,
	                       places->run)
	             : r;
}

void instance_end(const struct places *places, int *fd)
{
	int run_fd = -1;

	if (*fd < 0 || places_hold_run(places, &run_fd) < 0)
		return;
	unlinkat(run_fd, FILE_NAME, 0);
	close(*fd);
	*fd = -1;
	launcher_leave_run(places, &run_fd);
}
