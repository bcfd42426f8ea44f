/* SPDX-License-Identifier: MIT */
/*
 * Run one command many times, one after another, with another number in place
 * of the % in each of its words, 0 first; print how many ms each took, a line
 * each, from posix_spawn until it was reaped. Ends at the first that fails.
 *
 *	series [-m] N COMMAND [ARGUMENT...]
 *
 * With -m each runs in a mount namespace of its own, made before the clock
 * starts, so that it does not pay for the mounts of those before it; they stay
 * until standard input ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_WORDS 64

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "series: %s: %s\n", what, strerror(errno));
	exit(2);
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static char *with_number(const char *word, int number)
{
	const char *percent = strchr(word, '%');
	char *made = NULL;

	if (!percent)
		made = strdup(word);
	else if (asprintf(&made, "%.*s%d%s", (int)(percent - word), word,
	                  number, percent + 1) < 0)
		made = NULL;
	if (!made)
		die("memory");
	return made;
}

/* From a copy of the first one; the descriptor is what keeps it. */
static void new_mount_namespace(void)
{
	static int first_fd = -1;

	if (first_fd < 0)
		first_fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (setns(first_fd, CLONE_NEWNS) < 0 || unshare(CLONE_NEWNS) < 0 ||
	    open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC) < 0)
		die("a mount namespace");
}

/* How long it took, or -1 when it did not end with 0. */
static double run(char **words, const posix_spawn_file_actions_t *stdio)
{
	double begin = now_ms();
	int status;
	pid_t pid;

	errno = posix_spawn(&pid, words[0], stdio, NULL, words, environ);
	if (errno)
		die(words[0]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die(words[0]);
	return status == 0 ? now_ms() - begin : -1;
}

static bool run_all(int n, char **command, bool own_mounts)
{
	posix_spawn_file_actions_t stdio;
	char *words[MAX_WORDS + 1] = {0};
	double ms;

	posix_spawn_file_actions_init(&stdio);
	for (int fd = 0; fd < 2; fd++)
		posix_spawn_file_actions_addopen(&stdio, fd, "/dev/null",
		                                 O_RDWR, 0);
	for (int number = 0; number < n; number++) {
		for (int i = 0; command[i]; i++)
			words[i] = with_number(command[i], number);
		if (own_mounts)
			new_mount_namespace();
		ms = run(words, &stdio);
		if (ms < 0) {
			fprintf(stderr, "series: number %d failed\n", number);
			return false;
		}
		printf("%.3f\n", ms);
		for (int i = 0; words[i]; i++)
			free(words[i]);
	}
	return true;
}

int main(int argc, char **argv)
{
	bool own_mounts = argc > 1 && strcmp(argv[1], "-m") == 0, ran;
	char nothing[64];

	argv += 1 + own_mounts;
	argc -= 1 + own_mounts;
	if (argc < 2 || argc - 1 > MAX_WORDS) {
		fprintf(stderr, "usage: series [-m] N COMMAND [ARGUMENT...]\n");
		return 2;
	}
	ran = run_all(atoi(argv[0]), argv + 1, own_mounts);
	fclose(stdout);
	while (own_mounts && read(0, nothing, sizeof(nothing)) > 0)
		;
	return ran ? 0 : 1;
}
