/* SPDX-License-Identifier: MIT */

#include "cli/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/mem.h"
#include "cli/context.h"
#include "cli/supervise.h"
#include "sys/kernel.h"

#define ANSWER_FD 3

/* Of nobody's session and no terminal; of the caller's we keep only standard
 * error, until we have answered. */
static void become_supervisor(const struct context *c, const char *name,
                              char *const *command, int answer_fd)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	if (null_fd < 0 || chdir("/") < 0 || dup2(null_fd, 0) < 0 ||
	    dup2(null_fd, 1) < 0)
		_exit(EXIT_FAILED);
	if (answer_fd != ANSWER_FD && dup2(answer_fd, ANSWER_FD) < 0)
		_exit(EXIT_FAILED);
	k_close_range(ANSWER_FD + 1, ~0u);
	fcntl(ANSWER_FD, F_SETFD, FD_CLOEXEC);
	_exit(supervise(c, name, command, ANSWER_FD));
}

/* A descriptor to read the answer from, or -errno. */
static int start(const struct context *c, const char *name,
                 char *const *command)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	fflush(NULL);
	pid = fork();
	if (!pid)
		become_supervisor(c, name, command, ends[1]);
	close(ends[1]);
	if (pid > 0)
		return ends[0];
	close(ends[0]);
	return -EAGAIN;
}

/* The answer of one, told if it is a failure: an exit status. */
static int take(const struct context *c, const char *name, int fd)
{
	struct supervise_answer a;
	ssize_t n;

	do
		n = read(fd, &a, sizeof(a));
	while (n < 0 && errno == EINTR);
	if (n != sizeof(a)) {
		fprintf(stderr, "%s: %s: its supervisor died at its start\n",
		        c->program, name);
		return EXIT_FAILED;
	}
	if (a.status)
		fprintf(stderr, "%s: %s\n", c->program, a.text);
	return a.status;
}

int detach(const struct context *c, char *const *names, size_t n,
           char *const *command)
{
	AUTO(mem) struct pollfd *p = mem_resize(NULL, n, sizeof(*p));
	int status = EXIT_DONE;
	size_t left = n;

	for (size_t i = 0; i < n; i++) {
		p[i] = (struct pollfd){start(c, names[i], command), POLLIN, 0};
		if (p[i].fd >= 0)
			continue;
		fprintf(stderr, "%s: %s: cannot make its supervisor\n",
		        c->program, names[i]);
		status = EXIT_FAILED;
		left--;
	}
	while (left && (poll(p, (nfds_t)n, -1) >= 0 || errno == EINTR)) {
		for (size_t i = 0; i < n; i++) {
			int one;

			if (p[i].fd < 0 || !p[i].revents)
				continue;
			one = take(c, names[i], p[i].fd);
			close(p[i].fd);
			p[i].fd = -1;
			left--;
			if (one)
				status = n == 1 ? one : EXIT_FAILED;
		}
	}
	return status;
}
