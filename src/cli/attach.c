/* SPDX-License-Identifier: MIT */
/*
 * subhost attach NAME: see the console of a detached one, and type on it. The
 * supervisor never waits for us: what we do not read it leaves out.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/verb.h"
#include "host/keeper.h"
#include "host/survey.h"
#include "run/clients.h"
#include "run/console.h"
#include "sub/sub.h"

#define LEAVE_KEY   0x1d /* Ctrl-] */
#define LEAVE_TIMES 3
#define LEAVE_MS    1000

struct attached {
	const struct context *context;
	const char *name;
	int fd, signal_fd; /* owned */
	bool has_terminal; /* we type, too */
	unsigned pressed;  /* the key, in a row */
	uint64_t since;    /* ms: the first of them */
	bool is_over;
	int status;
};

static void attached_auto(struct attached *a)
{
	fd_auto(&a->fd);
	fd_auto(&a->signal_fd);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* A line that is not the console's. */
static void note(const struct attached *a, const char *text)
{
	const char *end = a->has_terminal ? "\r\n" : "\n";

	if (!a->context->is_quiet)
		fprintf(stderr, "%s[%s: %s]%s", a->has_terminal ? "\r\n" : "",
		        a->name, text, end);
}

static void leave(struct attached *a, int status)
{
	a->is_over = true;
	a->status = status;
}

static void say(struct attached *a, char kind, const void *bytes, size_t n)
{
	struct pollfd p = {.fd = a->fd, .events = POLLOUT};
	char packet[CLIENT_PACKET] = {kind};

	memcpy(packet + 1, bytes, n);
	/* It takes no more than its console does. */
	while (send(a->fd, packet, n + 1, MSG_NOSIGNAL) < 0 &&
	       (errno == EAGAIN || errno == EINTR))
		poll(&p, 1, LEAVE_MS);
}

static void say_size(struct attached *a, char kind)
{
	struct winsize size = {0};

	if (a->has_terminal)
		ioctl(0, TIOCGWINSZ, &size);
	say(a, kind, &size, sizeof(size));
}

static bool is_leaving(struct attached *a, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] != LEAVE_KEY) {
			a->pressed = 0;
			continue;
		}
		if (!a->pressed || now_ms() - a->since > LEAVE_MS) {
			a->pressed = 0;
			a->since = now_ms();
		}
		if (++a->pressed == LEAVE_TIMES)
			return true;
	}
	return false;
}

static void take_typed(struct attached *a)
{
	char bytes[1024];
	ssize_t n = read(0, bytes, sizeof(bytes));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0 || is_leaving(a, bytes, (size_t)n)) {
		note(a, "left, it goes on");
		leave(a, EXIT_DONE);
		return;
	}
	say(a, CLIENT_INPUT, bytes, (size_t)n);
}

static void take_signal(struct attached *a)
{
	struct signalfd_siginfo info;

	if (read(a->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH)
		say_size(a, CLIENT_SIZE);
	else if (info.ssi_signo != SIGUSR1 && info.ssi_signo != SIGUSR2)
		leave(a, 128 + (int)info.ssi_signo);
}

static void print(struct attached *a, const char *bytes, size_t n)
{
	while (n) {
		ssize_t done = write(1, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno == EAGAIN) {
			poll(&(struct pollfd){.fd = 1, .events = POLLOUT}, 1,
			     -1);
			continue;
		}
		if (done < 0) {
			leave(a, EXIT_DONE); /* nobody reads any more */
			return;
		}
		bytes += done;
		n -= (size_t)done;
	}
}

static void take_packet(struct attached *a)
{
	char packet[CLIENT_PACKET + 1];
	ssize_t n = recv(a->fd, packet, CLIENT_PACKET, MSG_DONTWAIT);

	/* It is gone and has not read all; its last word is here, though. */
	if (n < 0 && errno == ECONNRESET)
		n = recv(a->fd, packet, CLIENT_PACKET, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		note(a, "its supervisor is dead, and it goes on: subhost start "
		        "-d adopts it");
		leave(a, EXIT_FAILED);
		return;
	}
	packet[n] = '\0';
	switch (*packet) {
	case CLIENT_OUTPUT:
		print(a, packet + 1, (size_t)n - 1);
		break;
	case CLIENT_NOTE:
		note(a, packet + 1);
		break;
	case CLIENT_END:
		note(a, packet + 1);
		leave(a, EXIT_DONE);
		break;
	}
}

static void stay(struct attached *a)
{
	while (!a->is_over) {
		struct pollfd p[] = {
			{a->fd, POLLIN, 0},
			{a->signal_fd, POLLIN, 0},
			{a->has_terminal ? 0 : -1, POLLIN, 0},
		};

		if (poll(p, 3, -1) < 0 && errno != EINTR)
			return;
		if (p[1].revents)
			take_signal(a);
		if (!a->is_over && p[2].revents)
			take_typed(a);
		if (!a->is_over && p[0].revents)
			take_packet(a);
	}
}

static int stay_raw(struct attached *a, struct err *err)
{
	AUTO(console_raw) struct console_raw raw = CONSOLE_RAW_NONE;
	int r = a->has_terminal ? console_make_raw(&raw, err) : 0;

	if (r < 0)
		return r;
	if (a->has_terminal)
		note(a, "Ctrl-] three times leaves");
	say_size(a, CLIENT_ATTACH);
	stay(a);
	return 0;
}

/* Why nobody is there to attach to. */
static int say_why(struct sub *s, int fault, struct err *err)
{
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(buf) struct buf keeper = {0};
	int r = survey_take(&v, s, err);

	if (r < 0)
		return r;
	if (!v.facts.init_alive)
		return err_say(err, -ESRCH,
		               "%s does not run; subhost start -d %s", s->name,
		               s->name);
	if (keeper_is_lost(&v))
		return err_say(err, -ESRCH,
		               "%s runs, but its supervisor, pid %d, is dead: "
		               "subhost start -d %s adopts it",
		               s->name, (int)v.record.keeper, s->name);
	if (v.record.detached)
		return err_set(err, fault, "cannot reach the supervisor of %s",
		               s->name);
	process_describe((pid_t)v.record.keeper, &keeper);
	return err_say(err, -ENOTTY,
	               "%s is not detached, it runs in the foreground of %s",
	               s->name, buf_text(&keeper));
}

static int attach(struct attached *a, struct sub *s, struct err *err)
{
	int r;

	a->fd = clients_connect(s->places->run, s->name);
	if (a->fd < 0)
		return say_why(s, a->fd, err);
	console_hold_signals();
	a->signal_fd = console_open_signals();
	if (a->signal_fd < 0)
		return err_set(err, a->signal_fd, "cannot wait for signals");
	r = stay_raw(a, err);
	return r;
}

int verb_attach(struct context *c, int argc, char **argv)
{
	AUTO(sub) struct sub s = SUB_NONE;
	AUTO(attached)
	struct attached a = {.context = c,
	                     .fd = -1,
	                     .signal_fd = -1,
	                     .has_terminal = isatty(0)};
	struct err err = {0};
	int r;

	if (argc != 1)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	a.name = argv[0];
	r = sub_open(&s, &c->places, argv[0], &err);
	if (!r)
		r = attach(&a, &s, &err);
	if (r < 0)
		context_fail(c, &err);
	return r < 0 ? EXIT_FAILED : a.status;
}
