/* SPDX-License-Identifier: MIT */
/*
 * wander: as guest root, rename /a0, /a?/b0 and /a?/b?/c0 all the time, a
 * process each, now to the one and now to another of two names. Whatever lies
 * on .../sub moves along.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* dir is held open: that its name changes does not matter. */
static void wander(int dir_fd, const char *name)
{
	const char to[] = {name[0], '1', '\0'};

	for (;;) {
		renameat(dir_fd, name, dir_fd, to);
		renameat(dir_fd, to, dir_fd, name);
	}
}

int main(void)
{
	static const char *const names[] = {"a0", "b0", "c0"};
	int fd[3];

	fd[0] = open("/", O_PATH | O_DIRECTORY);
	for (int i = 1; i < 3; i++)
		fd[i] = openat(fd[i - 1], names[i - 1], O_PATH | O_DIRECTORY);
	if (fd[2] < 0) {
		perror("wander");
		return 1;
	}
	for (int i = 1; i < 3; i++)
		if (!fork())
			wander(fd[i], names[i]);
	wander(fd[0], names[0]);
}
