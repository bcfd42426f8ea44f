/* SPDX-License-Identifier: MIT */
/* hoard WHAT: take as many as there are, say how many when no more come, and
 * keep them. hoard WHAT once: is there one? */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static const char *what;

static int take(void)
{
	if (!strcmp(what, "inotify"))
		return inotify_init();
	if (!strcmp(what, "pty"))
		return open("/dev/ptmx", O_RDWR | O_NOCTTY);
	if (!strcmp(what, "memory")) {
		char *m = mmap(0, 1 << 20, PROT_READ | PROT_WRITE,
		               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		memset(m, 1, 1 << 20);
		return m == MAP_FAILED ? -1 : 0;
	}
	if (!strcmp(what, "process")) {
		int pid = fork();

		if (!pid)
			for (;;)
				pause();
		return pid;
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct rlimit many = {1 << 19, 1 << 19};
	int n = 0, most = argc > 2 ? 1 : 8000;

	what = argv[1];
	if (setrlimit(RLIMIT_NOFILE, &many) < 0) {
		getrlimit(RLIMIT_NOFILE, &many);
		many.rlim_cur = many.rlim_max;
		setrlimit(RLIMIT_NOFILE, &many);
	}
	while (n < most && take() >= 0)
		n++;
	if (argc > 2 && strcmp(argv[2], "once") == 0)
		return n != 1;
	printf("ready %d\n", n);
	fflush(stdout);
	for (;;)
		pause();
}
