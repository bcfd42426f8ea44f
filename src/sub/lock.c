/* SPDX-License-Identifier: MIT */

#include "sub/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "sys/process.h"

#define LOCKS_MAX (1 << 20)

/* Who holds the lock: "pid 17 (subhost stop web)", from /proc/locks. */
static void describe_holder(int fd, struct buf *b)
{
	AUTO(buf) struct buf locks = {0};
	char place[64], *line;
	struct stat st;
	int pid = 0;

	if (fstat(fd, &st) < 0 ||
	    file_read(AT_FDCWD, "/proc/locks", LOCKS_MAX, &locks) < 0)
		return;
	snprintf(place, sizeof(place), " %02x:%02x:%ju ", major(st.st_dev),
	         minor(st.st_dev), (uintmax_t)st.st_ino);
	line = strstr(locks.data ? locks.data : "", place);
	while (line && line > locks.data && line[-1] != ' ')
		line--;
	if (!line)
		return;
	pid = (int)strtol(line, NULL, 10);
	process_describe(pid, b);
}

static void on_alarm(int signal)
{
	(void)signal; /* flock(2) returns EINTR, that is all */
}

/* flock(2) with a time limit. The alarm rings again and again, lest the only
 * one comes just before the call. */
static int lock_within(int fd, unsigned seconds)
{
	struct sigaction action = {.sa_handler = on_alarm}, before;
	struct itimerval timer = {.it_value.tv_sec = (time_t)seconds,
	                          .it_interval.tv_usec = 50000};
	int r;

	sigaction(SIGALRM, &action, &before);
	setitimer(ITIMER_REAL, &timer, NULL);
	r = flock(fd, LOCK_EX) < 0 ? -errno : 0;
	timer = (struct itimerval){0};
	setitimer(ITIMER_REAL, &timer, NULL);
	sigaction(SIGALRM, &before, NULL);
	return r;
}

int lock_take(int fd, const char *name, unsigned seconds, struct err *err)
{
	AUTO(buf) struct buf holder = {0};
	int r = 0;

	if (!flock(fd, LOCK_EX | LOCK_NB))
		return 0;
	r = seconds ? lock_within(fd, seconds) : -EINTR;
	if (r != -EINTR)
		return r < 0 ? err_set(err, r, "cannot lock %s", name) : 0;
	describe_holder(fd, &holder);
	err_say(err, -EBUSY, "%s is held by %s", name,
	        holder.len ? holder.data : "another process");
	return seconds ? err_hint(err, "waited %u seconds for it", seconds)
	               : err->code;
}
