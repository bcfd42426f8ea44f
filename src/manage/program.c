/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "manage/child.h"
#include "manage/interrupt.h"
#include "manage/progress.h"
#include "sys/kernel.h"
#include "sys/process.h"

#define WHERE     "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define INPUT_MAX 4096 /* what a pipe takes at once */
#define LINE_MAX_ 500

/* One that runs. */
struct running {
	const struct program *program;
	int said_fd, printed_fd; /* pipes of it; -1: ended */
	struct buf line;         /* the one that is being said */
	struct buf last;         /* the last one */
	struct buf complaint;    /* the last that is an error */
	struct process process;
};

static void running_auto(struct running *r)
{
	fd_auto(&r->said_fd);
	fd_auto(&r->printed_fd);
	buf_done(&r->line);
	buf_done(&r->last);
	buf_done(&r->complaint);
	process_done(&r->process);
}

/* What the child's first three descriptors are to be. */
struct ends {
	int fds[3];
};

static void ends_auto(struct ends *e)
{
	for (int i = 0; i < 3; i++)
		fd_auto(&e->fds[i]);
}

bool program_exists(const char *name)
{
	char list[] = WHERE, *rest = list, *dir;

	while ((dir = strsep(&rest, ":"))) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s", dir, name);
		if (!access(path, X_OK))
			return true;
	}
	return false;
}

static int become(const struct program *p, struct ends *e, int told_fd)
{
	struct err err = {0};
	sigset_t none;

	if (process_die_with_parent(told_fd) < 0)
		return 1;
	for (int i = 0; i < 3; i++)
		if (dup2(e->fds[i], i) < 0)
			return 1;
	if (p->prepare && p->prepare(p->arg, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setenv("PATH", WHERE, 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	execvp(p->argv[0], (char *const *)(uintptr_t)p->argv);
	fprintf(stderr, "cannot be executed: %s\n", strerror(errno));
	return 127;
}

static int open_pipe(int *ret_read, int *ret_write)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	*ret_read = ends[0];
	*ret_write = ends[1];
	return 0;
}

/* All of the input goes into the pipe before anybody reads. */
static int give_input(const char *input, int *ret_read)
{
	AUTO(fd) int read_fd = -1;
	AUTO(fd) int write_fd = -1;
	size_t len = input ? strlen(input) : 0;
	int r;

	if (len > INPUT_MAX)
		return -E2BIG;
	r = open_pipe(&read_fd, &write_fd);
	if (r < 0)
		return r;
	if (len && write(write_fd, input, len) != (ssize_t)len)
		return -EIO;
	*ret_read = fd_take(&read_fd);
	return 0;
}

static int begin(struct running *run, struct err *err)
{
	const struct program *p = run->program;
	AUTO(ends) struct ends e = {{-1, -1, -1}};
	int r = give_input(p->input, &e.fds[0]);

	if (!r)
		r = open_pipe(&run->said_fd, &e.fds[2]);
	if (!r && p->output)
		r = open_pipe(&run->printed_fd, &e.fds[1]);
	else if (!r)
		e.fds[1] = fcntl(e.fds[2], F_DUPFD_CLOEXEC, 3);
	if (!r)
		r = process_clone(CLONE_NEWPID, -1, &run->process);
	if (!r) {
		close(run->said_fd);
		_exit(become(p, &e, e.fds[2]));
	}
	return r < 0 ? err_set(err, r, "cannot run %s", p->argv[0]) : 0;
}

static void set(struct buf *b, const char *text)
{
	b->len = 0;
	buf_puts(b, text);
}

static void end_line(struct running *run)
{
	const char *text = buf_text(&run->line);

	if (*text)
		set(&run->last, text);
	if (!strncmp(text, "E: ", 3))
		set(&run->complaint, text + 3);
	if (*text && run->program->progress)
		progress_say(run->program->progress, text);
	run->line.len = 0;
	if (run->line.data)
		*run->line.data = '\0';
}

static void hear(struct running *run, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '\n' || bytes[i] == '\r')
			end_line(run);
		else if (run->line.len < LINE_MAX_)
			buf_putc(&run->line, bytes[i]);
	}
}

static int take_some(struct running *run, int *fd)
{
	char bytes[4096];
	ssize_t n = read(*fd, bytes, sizeof(bytes));

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (!n) {
		close(*fd);
		*fd = -1;
	} else if (fd == &run->printed_fd) {
		buf_add(run->program->output, bytes, (size_t)n);
	} else {
		hear(run, bytes, (size_t)n);
	}
	return 0;
}

static int listen_to(struct running *run, struct err *err)
{
	int r = interrupt_check(err);

	while (!r && (run->said_fd >= 0 || run->printed_fd >= 0)) {
		struct pollfd p[] = {
			{.fd = run->said_fd, .events = POLLIN},
			{.fd = run->printed_fd, .events = POLLIN},
		};
		int e = poll(p, 2, -1) < 0 && errno != EINTR ? -errno : 0;

		r = interrupt_check(err);
		if (!r && !e && p[0].revents)
			e = take_some(run, &run->said_fd);
		if (!r && !e && p[1].revents)
			e = take_some(run, &run->printed_fd);
		if (!r && e < 0)
			r = err_set(err, e, "cannot listen to %s",
			            run->program->argv[0]);
	}
	end_line(run);
	return r;
}

static int say_failed(const struct running *run, const struct ending *ending,
                      struct err *err)
{
	AUTO(buf) struct buf last = {0};

	buf_escape(&last, run->complaint.len ? buf_text(&run->complaint)
	                                     : buf_text(&run->last));
	return err_say(err, -ECHILD, "%s %s %d%s%s", run->program->argv[0],
	               ending->by_signal ? "was killed by signal"
	                                 : "failed with status",
	               ending->number, last.len ? ": " : "", buf_text(&last));
}

int program_run(const struct program *p, struct err *err)
{
	AUTO(running)
	struct running run = {.program = p,
	                      .said_fd = -1,
	                      .printed_fd = -1,
	                      .process = {.pid_fd = -1}};
	struct ending ending = {0};
	int r = begin(&run, err), e;

	if (r < 0)
		return r;
	r = listen_to(&run, err);
	if (r < 0)
		k_pidfd_send_signal(run.process.pid_fd, SIGKILL);
	e = process_wait(&run.process, &ending);
	if (r < 0)
		return r;
	if (e < 0)
		return err_set(err, e, "cannot wait for %s", p->argv[0]);
	return ending.by_signal || ending.number
	               ? say_failed(&run, &ending, err)
	               : 0;
}
