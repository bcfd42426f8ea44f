/* SPDX-License-Identifier: MIT */

#include "daemon/ear.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define AT_ONCE 8192
#define ROUNDS  128 /* more than the kernel's queue holds */

int ear_open(void)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int ear_watch(int ear_fd, int dir_fd, uint32_t mask)
{
	char path[40];
	int watch;

	/* By descriptor: what a guest puts in its place meanwhile is not
	 * followed. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d/.", dir_fd);
	/* What others watch it for stays. */
	watch = inotify_add_watch(ear_fd, path,
	                          mask | IN_ONLYDIR | IN_MASK_ADD);
	return watch < 0 ? -errno : watch;
}

void ear_forget(int ear_fd, int watch)
{
	inotify_rm_watch(ear_fd, watch);
}

void ear_listen(int ear_fd,
                void (*hear)(void *arg, const struct inotify_event *event,
                             const char *name),
                void *arg)
{
	_Alignas(struct inotify_event) char events[AT_ONCE];

	for (int i = 0; i < ROUNDS; i++) {
		ssize_t n = read(ear_fd, events, sizeof(events));
		const struct inotify_event *e;

		if (n <= 0)
			return;
		for (ssize_t at = 0; at < n;
		     at += (ssize_t)sizeof(*e) + e->len) {
			e = (const struct inotify_event *)(events + at);
			hear(arg, e, e->len ? e->name : "");
		}
	}
}
