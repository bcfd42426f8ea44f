/* SPDX-License-Identifier: MIT */
/* setns: say which namespaces of others can be had, by all of /proc and by
 * pidfds of whatever pids there are. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const names[] = {"mnt", "user", "pid",   "net",
                                    "uts", "ipc",  "cgroup"};

static int same(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_ino == y.st_ino;
}

static void join(int pid, const char *name)
{
	char path[64], own[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name);
	snprintf(own, sizeof(own), "/proc/self/ns/%s", name);
	fd = open(path, O_RDONLY);
	if (fd < 0 || same(path, own))
		return;
	printf("%s of %d opened%s\n", name, pid,
	       setns(fd, 0) ? "" : " and joined");
}

int main(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *e;

	while ((e = readdir(proc))) {
		int pid = atoi(e->d_name);

		for (size_t i = 0; pid > 0 && i < 7; i++) {
			if (!fork()) {
				join(pid, names[i]);
				fflush(stdout);
				_exit(0);
			}
			wait(NULL);
		}
	}
	/* Own mounts by pidfd: nobody gets more by it than there is. */
	if (!setns(syscall(434, getpid(), 0), CLONE_NEWNS))
		printf("rejoined its mount namespace\n");
	return 0;
}
