/* SPDX-License-Identifier: MIT */
/*
 * Two million system calls of the cheapest kinds: what a filter adds to a call
 * shows nowhere more. These are judged by their number alone; `calls ioctl`
 * makes as many of the call whose argument the filter looks at.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALLS 2000000

static int mix(int fd)
{
	struct stat st;
	char byte;

	for (int i = 0; i < CALLS / 3; i++) {
		syscall(SYS_getpid);
		if (read(fd, &byte, 1) != 1 || fstat(fd, &st) < 0)
			return 1;
	}
	return 0;
}

static int ioctls(int fd)
{
	int n;

	for (int i = 0; i < CALLS; i++)
		ioctl(fd, FIONREAD, &n);
	return 0;
}

int main(int argc, char **argv)
{
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 1;
	return argc > 1 && !strcmp(argv[1], "ioctl") ? ioctls(fd) : mix(fd);
}
