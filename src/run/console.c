/* SPDX-License-Identifier: MIT */

#include "run/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/err.h"
#include "sys/kernel.h"
#include "sys/pty.h"

/* Bytes on their way from one descriptor to another. */
struct flow {
	int from_fd, to_fd; /* from_fd -1: it has ended */
	size_t start, len;
	char bytes[4096];
};

enum { FROM_US, FROM_INIT, SIGNALS, INIT, TO_INIT, TO_US, POLLED };

struct console {
	bool was_told; /* to end */
	struct process *init;
	struct flow in, out;
	int signal_fd;
	int slave_fd; /* kept open: the master must not end before init */
	bool has_pty;
};

static void held_signals(sigset_t *set)
{
	static const int held[] = {SIGTERM, SIGINT,  SIGHUP,  SIGQUIT,
	                           SIGUSR1, SIGUSR2, SIGWINCH};

	sigemptyset(set);
	for (size_t i = 0; i < sizeof(held) / sizeof(*held); i++)
		sigaddset(set, held[i]);
}

void console_hold_signals(void)
{
	sigset_t set;

	held_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int console_open_signals(void)
{
	sigset_t set;
	int fd;

	held_signals(&set);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/*
 * A process that outlives us by a moment: when our end of the pipe closes, be
 * it by SIGKILL, it gives the terminal its old settings back.
 */
static int start_guardian(const struct termios *before, struct process *ret)
{
	int ends[2], r;
	char end;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	r = process_clone(0, -1, ret);
	if (!r) {
		dup2(ends[0], 1);
		k_close_range(2, ~0u);
		setsid(); /* no signal from the terminal; may change it still */
		while (read(1, &end, 1) < 0 && errno == EINTR)
			;
		pty_restore(0, before);
		_exit(0);
	}
	close(ends[0]);
	if (r < 0)
		close(ends[1]);
	return r < 0 ? r : ends[1];
}

static void end_guardian(struct process *guardian, int fd)
{
	int status;

	close(fd);
	process_reap(guardian, &status);
	process_done(guardian);
}

static void flow_read(struct flow *f)
{
	ssize_t n = read(f->from_fd, f->bytes, sizeof(f->bytes));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		f->from_fd = -1;
		return;
	}
	f->start = 0;
	f->len = (size_t)n;
}

static void flow_write(struct flow *f)
{
	ssize_t n = write(f->to_fd, f->bytes + f->start, f->len);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0) { /* nobody listens any more: let it pass */
		f->len = 0;
		return;
	}
	f->start += (size_t)n;
	f->len -= (size_t)n;
}

static void hand_on(struct console *c, int signal)
{
	c->was_told |= signal != SIGUSR1 && signal != SIGUSR2;
	/* Nothing else ends a first process that does not hear it. */
	if (process_is_first(c->init->pid) &&
	    !process_catches(c->init->pid, signal))
		signal = SIGKILL;
	k_pidfd_send_signal(c->init->pid_fd, signal);
}

static void take_signal(struct console *c)
{
	struct signalfd_siginfo info;

	if (read(c->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo != SIGWINCH)
		hand_on(c, (int)info.ssi_signo);
	else if (c->has_pty)
		pty_copy_size(0, c->in.to_fd);
}

/* Read what init writes; a hang-up inside is not the end of it. */
static void read_init(struct console *c)
{
	int master_fd = c->out.from_fd;

	flow_read(&c->out);
	if (c->out.from_fd >= 0)
		return;
	fd_auto(&c->slave_fd);
	c->slave_fd = pty_open_slave(master_fd);
	if (c->slave_fd >= 0)
		c->out.from_fd = master_fd;
}

/* Wait for the next thing to do and do it. False when init has ended. */
static bool turn(struct console *c)
{
	struct pollfd p[POLLED] = {
		[FROM_US] = {c->in.len ? -1 : c->in.from_fd, POLLIN, 0},
		[FROM_INIT] = {c->out.len ? -1 : c->out.from_fd, POLLIN, 0},
		[SIGNALS] = {c->signal_fd, POLLIN, 0},
		[INIT] = {c->init->pid_fd, POLLIN, 0},
		[TO_INIT] = {c->in.len ? c->in.to_fd : -1, POLLOUT, 0},
		[TO_US] = {c->out.len ? c->out.to_fd : -1, POLLOUT, 0},
	};

	if (poll(p, POLLED, -1) < 0)
		return errno == EINTR;
	if (p[FROM_US].revents)
		flow_read(&c->in);
	if (p[FROM_INIT].revents)
		read_init(c);
	if (p[TO_INIT].revents)
		flow_write(&c->in);
	if (p[TO_US].revents)
		flow_write(&c->out);
	if (p[SIGNALS].revents)
		take_signal(c);
	return !p[INIT].revents;
}

/* What init wrote last. */
static void drain(struct console *c)
{
	while (c->out.from_fd >= 0 || c->out.len) {
		struct pollfd p = {c->out.from_fd, POLLIN, 0};

		if (c->out.len)
			flow_write(&c->out);
		else if (poll(&p, 1, 0) > 0)
			flow_read(&c->out);
		else
			return;
	}
}

static void run(struct console *c)
{
	while (turn(c))
		;
	if (c->has_pty)
		drain(c);
}

int console_make_raw(struct console_raw *raw, struct err *err)
{
	int r;

	if (tcgetattr(0, &raw->before) < 0)
		return err_set(err, -errno,
		               "cannot read the terminal's settings");
	raw->fd = start_guardian(&raw->before, &raw->guardian);
	if (raw->fd < 0)
		return err_set(err, raw->fd, "cannot guard the terminal");
	r = pty_make_raw(0, &raw->before);
	return r < 0 ? err_set(err, r, "cannot make the terminal raw") : 0;
}

void console_raw_auto(struct console_raw *raw)
{
	if (raw->fd < 0)
		return;
	pty_restore(0, &raw->before);
	end_guardian(&raw->guardian, raw->fd);
	raw->fd = -1;
}

static int run_raw(struct console *c, struct err *err)
{
	AUTO(console_raw) struct console_raw raw = CONSOLE_RAW_NONE;
	int r;

	pty_copy_size(0, c->in.to_fd);
	r = console_make_raw(&raw, err);
	if (!r)
		run(c);
	return r;
}

int console_run(struct process *init, int master_fd, struct ending *ret_ending,
                struct err *err)
{
	bool has_pty = master_fd >= 0;
	struct console c = {
		.init = init,
		.in = {.from_fd = has_pty ? 0 : -1, .to_fd = master_fd},
		.out = {.from_fd = master_fd, .to_fd = 1},
		.slave_fd = has_pty ? pty_open_slave(master_fd) : -1,
		.has_pty = has_pty,
	};
	int r = 0;

	c.signal_fd = console_open_signals();
	if (c.signal_fd < 0)
		return err_set(err, c.signal_fd, "cannot wait for signals");
	if (has_pty)
		r = run_raw(&c, err);
	else
		run(&c);
	close(c.signal_fd);
	fd_auto(&c.slave_fd);
	if (!r) {
		r = process_wait(init, ret_ending);
		ret_ending->was_told = c.was_told;
		if (r < 0)
			err_set(err, r, "cannot reap init");
	}
	return r;
}

int console_pause(void)
{
	const struct timespec pause = {.tv_sec = 1};
	sigset_t set;
	int signal;

	held_signals(&set);
	sigdelset(&set, SIGWINCH);
	signal = sigtimedwait(&set, NULL, &pause);
	return signal < 0 ? 0 : signal;
}
