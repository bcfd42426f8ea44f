/* SPDX-License-Identifier: MIT */

#include "run/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "run/console.h"
#include "run/notify.h"
#include "sub/sub.h"
#include "sys/kernel.h"
#include "sys/process.h"
#include "sys/pty.h"

#define REFUSED_MS  1000 /* how often a disk that refuses is tried */
#define BURST       16   /* reads of a console, */
#define BURST_BYTES 2048 /* each of so many bytes or more */

enum {
	CONSOLE,
	SIGNALS,
	INIT,
	NOTIFY,
	CLIENTS,
	POLLED = CLIENTS + CLIENTS_POLLED
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void supervisor_done(struct supervisor *s)
{
	supervisor_end(s);
	clients_done(&s->clients);
	log_done(&s->log);
	fd_auto(&s->signal_fd);
	s->signal_fd = -1;
}

int supervisor_open(struct supervisor *s, const struct sub *sub, int page_fd,
                    struct err *err)
{
	int r;

	s->name = sub->name;
	s->signal_fd = console_open_signals();
	if (s->signal_fd < 0)
		return err_set(err, s->signal_fd, "cannot wait for signals");
	r = log_open(&s->log, sub->places, sub->name, page_fd, err);
	if (r < 0)
		return r;
	r = clients_listen(&s->clients, sub->run_fd, sub->name);
	return r < 0 ? err_set(err, r, "cannot listen in %s", sub->places->run)
	             : 0;
}

void supervisor_begin(struct supervisor *s, struct process *init, int master_fd,
                      int notify_fd)
{
	s->init = init;
	s->master_fd = master_fd;
	s->notify_fd = notify_fd;
	s->is_stopping = false;
	s->status[0] = '\0';
	s->kill_at = 0;
	s->again_at = 0;
	if (master_fd < 0)
		return;
	fcntl(master_fd, F_SETFL, O_RDWR | O_NONBLOCK);
	s->slave_fd = pty_open_slave(master_fd);
	if (s->clients.size.ws_row)
		ioctl(master_fd, TIOCSWINSZ, &s->clients.size);
}

void supervisor_end(struct supervisor *s)
{
	fd_auto(&s->master_fd);
	fd_auto(&s->slave_fd);
	fd_auto(&s->notify_fd);
	s->master_fd = s->slave_fd = s->notify_fd = -1;
	s->init = NULL;
	s->is_over = false;
}

void supervisor_say(struct supervisor *s, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_say(&s->log, "%s", text);
	clients_note(&s->clients, text);
}

/* Those inside have hung up (vhangup(2), as gettys do): that is not the end. */
static void open_again(struct supervisor *s)
{
	fd_auto(&s->slave_fd);
	s->slave_fd = pty_open_slave(s->master_fd);
	if (s->slave_fd >= 0)
		return;
	fd_auto(&s->master_fd);
	s->master_fd = -1;
}

/* How much was read. */
static size_t read_console(struct supervisor *s)
{
	const char *bytes;
	ssize_t n = log_read(&s->log, s->master_fd, &bytes);

	if (n > 0) {
		clients_show(&s->clients, bytes, (size_t)n);
		log_write(&s->log);
	} else if (n != -EAGAIN && n != -EINTR) {
		open_again(s);
	}
	return n > 0 ? (size_t)n : 0;
}

/* One that writes much is read a few times, before the others have a turn. */
static void read_burst(struct supervisor *s)
{
	for (int i = 0; i < BURST; i++)
		if (read_console(s) < BURST_BYTES || log_is_refused(&s->log))
			break;
}

static void ask_to_end(struct supervisor *s)
{
	int signal = s->stop_signal;

	/* Nothing else ends a first process that does not hear it. */
	if (!signal || !process_catches(s->init->pid, signal))
		signal = SIGKILL;
	s->kill_at = now_ms() + s->stop_timeout * 1000ull;
	k_pidfd_send_signal(s->init->pid_fd, signal);
}

static void take_signal(struct supervisor *s)
{
	struct signalfd_siginfo info;

	if (read(s->signal_fd, &info, sizeof(info)) != sizeof(info) ||
	    info.ssi_signo == SIGWINCH || info.ssi_signo == SIGUSR1 ||
	    info.ssi_signo == SIGUSR2)
		return;
	s->was_told = true;
	if (s->init && process_await(s->init->pid_fd, 0) < 0)
		ask_to_end(s);
	else
		s->is_dismissed = true;
}

/* True when it says for the first time that it is ready. */
static bool become_ready(struct supervisor *s)
{
	if (!s->wants_ready || log_is_ready(&s->log))
		return false;
	log_set_ready(&s->log, true);
	supervisor_say(s, "ready");
	return true;
}

static bool take_notes(struct supervisor *s)
{
	struct notify n;
	bool ready = false;

	/* Not for ever: they may come faster than we take them. */
	for (int i = 0; i < 16 && notify_take(s->notify_fd, &n); i++) {
		if (!notify_is_from(&n, s->init->pid, s->is_lenient))
			continue;
		s->is_stopping |= n.stopping;
		if (*n.status)
			snprintf(s->status, sizeof(s->status), "%s", n.status);
		if (n.ready && become_ready(s))
			ready = true;
	}
	return ready;
}

/* For who attaches to one that is not there. */
static void note_wait(const struct supervisor *s, struct buf *text)
{
	uint64_t now = (uint64_t)time(NULL);

	if (s->again_at)
		buf_printf(text, "is started again in %" PRIu64 " s",
		           s->again_at > now ? s->again_at - now : 0);
}

/* What we are: lines KEY=VALUE. */
static void answer(void *arg, char kind, struct buf *text)
{
	struct supervisor *s = arg;

	if (kind == CLIENT_NOTE) {
		note_wait(s, text);
		return;
	}
	if (kind == CLIENT_READY && s->init)
		become_ready(s);
	buf_printf(text, "notify=%d\nready=%d\nstopping=%d\ncount=%u\n",
	           s->wants_ready, log_is_ready(&s->log), s->is_stopping,
	           s->count);
	buf_printf(text, "again=%" PRIu64 "\nrefused=%d\nstatus=", s->again_at,
	           log_is_refused(&s->log) ? s->log.fault : 0);
	buf_escape(text, s->status);
	buf_putc(text, '\n');
}

static short console_events(const struct supervisor *s)
{
	short events = log_is_refused(&s->log) ? 0 : POLLIN;

	if (clients_have_input(&s->clients))
		events |= POLLOUT;
	return events;
}

static void set_up_poll(const struct supervisor *s, struct pollfd *p)
{
	short events = console_events(s);

	p[CONSOLE] = (struct pollfd){events ? s->master_fd : -1, events, 0};
	p[SIGNALS] = (struct pollfd){s->signal_fd, POLLIN, 0};
	p[INIT] = (struct pollfd){s->init && !s->is_over ? s->init->pid_fd : -1,
	                          POLLIN, 0};
	p[NOTIFY] = (struct pollfd){s->init ? s->notify_fd : -1, POLLIN, 0};
	clients_poll(&s->clients, p + CLIENTS);
}

/* How long to wait for all of them. */
static int patience(const struct supervisor *s, uint64_t until)
{
	uint64_t now = now_ms(), end = until;

	if (log_is_refused(&s->log) && now + REFUSED_MS < end)
		end = now + REFUSED_MS;
	if (s->kill_at && s->kill_at < end)
		end = s->kill_at;
	if (end == UINT64_MAX)
		return -1;
	return end <= now              ? 0
	       : end - now > INT32_MAX ? INT32_MAX
	                               : (int)(end - now);
}

/* What came, but of init's end. True when it says that it is ready. */
static bool take_all(struct supervisor *s, const struct pollfd *p)
{
	bool was_ready = log_is_ready(&s->log);

	if (p[CONSOLE].revents & POLLOUT)
		clients_put_input(&s->clients, s->master_fd);
	if (p[CONSOLE].revents & (POLLIN | POLLHUP | POLLERR))
		read_burst(s);
	if (p[SIGNALS].revents)
		take_signal(s);
	if (p[NOTIFY].revents)
		take_notes(s);
	clients_take(&s->clients, p + CLIENTS, s->master_fd, answer, s);
	return !was_ready && log_is_ready(&s->log);
}

/* What init wrote last: true when all of it is in the log, or it must not be
 * waited for. */
static bool drain(struct supervisor *s)
{
	while (s->master_fd >= 0 && !log_is_refused(&s->log)) {
		struct pollfd p = {s->master_fd, POLLIN, 0};

		if (poll(&p, 1, 0) <= 0 || !read_console(s))
			break;
	}
	return !log_is_refused(&s->log) || s->is_dismissed;
}

static void see_to_time(struct supervisor *s)
{
	if (log_is_refused(&s->log))
		log_write(&s->log);
	if (s->kill_at && s->init && now_ms() >= s->kill_at) {
		s->kill_at = 0;
		k_pidfd_send_signal(s->init->pid_fd, SIGKILL);
	}
}

enum supervised supervisor_wait(struct supervisor *s, int ms)
{
	uint64_t until = ms < 0 ? UINT64_MAX : now_ms() + (uint64_t)ms;
	struct pollfd p[POLLED];

	for (;;) {
		set_up_poll(s, p);
		if (poll(p, POLLED, patience(s, until)) < 0 && errno != EINTR)
			return SUPERVISED_TIME;
		s->is_over |= p[INIT].revents != 0;
		if (take_all(s, p) && !s->is_over)
			return SUPERVISED_READY;
		see_to_time(s);
		if (s->is_over && drain(s))
			return SUPERVISED_ENDED;
		if (!s->init && s->is_dismissed)
			return SUPERVISED_TOLD;
		if (now_ms() >= until)
			return SUPERVISED_TIME;
	}
}
