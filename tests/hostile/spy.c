/* SPDX-License-Identifier: MIT */
/*
 * spy SECONDS: watch for processes that come in from outside and take what they
 * have: descriptors beyond the standard ones (by /proc and by pidfd_getfd),
 * root, working directory, program, memory; trace them. Says what it got while
 * they were not yet the guest's own. CVE-2016-9962, CVE-2019-5736.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Is it by name the program that joins? It has no other before its exec. */
static int is_ours(int pid)
{
	char path[64], name[32] = "";
	int fd, n;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	fd = open(path, O_RDONLY);
	n = read(fd, name, sizeof(name) - 1);
	close(fd);
	return n > 0 && !strncmp(name, "subhost", 7) &&
	       strncmp(name, "subhost-init", 12);
}

static void say(const char *what, int pid, const char *more)
{
	if (!is_ours(pid))
		return; /* by now it is one of the guest's */
	printf("%s of %d %s\n", what, pid, more);
	fflush(stdout);
}

static void look(int pid)
{
	static const char *const links[] = {"exe",  "cwd",  "root", "fd/3",
	                                    "fd/4", "fd/5", "fd/6"};
	char path[64], to[256] = "";
	int pid_fd = syscall(434, pid, 0), fd;

	for (int i = 0; i < 7; i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, links[i]);
		memset(to, 0, sizeof(to));
		if (readlink(path, to, sizeof(to) - 1) > 0)
			say(links[i], pid, to);
		fd = open(path, O_RDONLY | O_NONBLOCK);
		if (fd >= 0)
			say(links[i], pid, "opened");
		close(fd);
	}
	for (int i = 0; i < 12; i++) {
		fd = syscall(438, pid_fd, i, 0);
		if (fd >= 0)
			say("a descriptor", pid, "taken");
		close(fd);
	}
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR);
	if (fd >= 0)
		say("memory", pid, "opened");
	close(fd);
	for (int i = 0; i < 2; i++)
		if (!ptrace(PTRACE_SEIZE, pid, 0, 0)) {
			say("all", pid, "traced");
			ptrace(PTRACE_DETACH, pid, 0, 0);
		}
	close(pid_fd);
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 1);

	printf("ready\n");
	fflush(stdout);
	while (time(NULL) < end) {
		DIR *proc = opendir("/proc");
		struct dirent *e;

		while ((e = readdir(proc))) {
			int pid = atoi(e->d_name);

			if (pid > 2 && pid != getpid() && is_ours(pid))
				look(pid);
		}
		closedir(proc);
	}
	return 0;
}
