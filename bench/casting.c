/* SPDX-License-Identifier: MIT */
/*
 * Inside a guest: how long it takes from close() of a message in /.syscmd to
 * the mount being there.
 *
 *	casting ROUNDS PEER:TARGET TARGET FILE	prints the median, in µs
 *	casting flood				writes messages for ever
 *
 * FILE is one that the cast has in TARGET.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "/.syscmd"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Returns when its writing ended. */
static double send_line(const char *name, const char *line)
{
	char path[128];
	double end;
	int fd;

	snprintf(path, sizeof(path), FOLDER "/%s", name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, line, strlen(line)) < 0) {
		perror(path);
		exit(1);
	}
	end = now(); /* before: who listens may run at once */
	close(fd);
	return end;
}

/* Ten seconds at most; returns how long it was since begin. */
static double await(const char *path, int there, double begin)
{
	double end = begin;
	struct stat st;

	while ((stat(path, &st) == 0) != there) {
		end = now();
		if (end - begin > 1e7) {
			fprintf(stderr, "casting: nothing happens to %s\n",
			        path);
			exit(1);
		}
	}
	return now() - begin;
}

/* The host is idle again then. */
static void await_answer(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/syscmd/replies/%s", name);
	await(path, 1, now());
	usleep(2000);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void flood(void)
{
	char name[64];

	for (unsigned i = 0;; i++) {
		snprintf(name, sizeof(name), i % 2 ? "caston.%u" : "junk%u",
		         i % 20000);
		send_line(name, "nobody:/nothing\n");
	}
}

int main(int argc, char **argv)
{
	char file[256], line[512], name[64];
	double begin;
	static double times[100000];
	int rounds;

	if (mkdir(FOLDER, 0700) < 0 && errno != EEXIST)
		return 1;
	if (argc == 2 && !strcmp(argv[1], "flood"))
		flood();
	if (argc != 5)
		return 2;
	rounds = atoi(argv[1]);
	snprintf(file, sizeof(file), "%s/%s", argv[3], argv[4]);
	for (int i = 0; i < rounds; i++) {
		snprintf(line, sizeof(line), "%s\n", argv[2]);
		snprintf(name, sizeof(name), "caston.b%d", i);
		begin = send_line(name, line);
		times[i] = await(file, 1, begin);
		await_answer(name);
		snprintf(line, sizeof(line), "%s\n", argv[3]);
		snprintf(name, sizeof(name), "castoff.b%d", i);
		begin = send_line(name, line);
		await(file, 0, begin);
		await_answer(name);
	}
	qsort(times, (size_t)rounds, sizeof(*times), by_size);
	printf("%.0f\n", times[rounds / 2]);
	return 0;
}
