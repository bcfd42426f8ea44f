/* SPDX-License-Identifier: MIT */
/* race A B SECONDS: exchange two names as fast as it goes, as guest root. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	time_t end = time(NULL) + atoi(argv[3]);
	long done = 0;

	setfsgid(524288);
	setfsuid(524288);
	while (time(NULL) < end)
		done += !syscall(SYS_renameat2, AT_FDCWD, argv[1], AT_FDCWD,
		                 argv[2], 2);
	return done == 0;
}
