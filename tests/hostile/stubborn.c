/* SPDX-License-Identifier: MIT */
/* stubborn HOW: be hard to end; says "ready" and stays. As init of a sub host,
 * or below one. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <unistd.h>

static void stay(void)
{
	for (;;)
		pause();
}

static void freeze(void)
{
	FILE *f;

	mkdir("/sys/fs/cgroup/ice", 0755);
	f = fopen("/sys/fs/cgroup/ice/cgroup.procs", "w");
	if (f) {
		fprintf(f, "0\n");
		fclose(f);
	}
	f = fopen("/sys/fs/cgroup/ice/cgroup.freeze", "w");
	if (f) {
		fprintf(f, "1\n");
		fclose(f);
	}
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	sigset_t all;

	for (int i = 1; i < 65; i++)
		signal(i, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	prctl(PR_SET_NAME, "\033[31mevil\n", 0, 0, 0);
	for (int i = 0; i < 20; i++) {
		if (!strcmp(how, "zombies") && !fork())
			_exit(0);
		if (!strcmp(how, "stopped") && !fork())
			raise(SIGSTOP);
		if (!strcmp(how, "traced") && !fork()) {
			ptrace(PTRACE_TRACEME, 0, 0, 0);
			raise(SIGSTOP);
		}
		if (!strcmp(how, "vforked") && !fork() && !vfork())
			stay();
		if (!strcmp(how, "frozen") && i < 2 && !fork()) {
			freeze();
			stay();
		}
		if (!strcmp(how, "sessions") && !fork()) {
			setsid();
			if (!fork())
				stay();
			_exit(0);
		}
	}
	usleep(100000);
	printf("ready\n");
	fflush(stdout);
	stay();
}
