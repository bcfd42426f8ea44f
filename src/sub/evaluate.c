/* SPDX-License-Identifier: MIT */
/*
 * One child, made in namespaces of its own, becomes bash in a few steps. Being
 * pid 1 of its pid namespace, it takes everything it started with it when it
 * ends or is killed. Its user id is nobody's else on the host: no process
 * there can trace it to change its answer, and limits count only its own.
 */
#include "sub/evaluate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/config.h"
#include "sub/evaluate_script.h"
#include "sys/confine.h"
#include "sys/kernel.h"
#include "sys/mount.h"
#include "sys/process.h"

#define SECONDS       5
#define CPU_SECONDS   7          /* later: our own clock says why it ended it */
#define COMPLAINT_MAX 4096       /* bytes of bash's stderr that we look at */
#define UID_FIRST     2000000000 /* above every range in use; plus our pid */
#define PARKED_FIRST  16         /* descriptors on their way to 0…TEXT+1 */

/* What the child's descriptors are. */
enum { NOTHING, ANSWER, COMPLAINT, TEXT, FAULT, DESCRIPTORS };

/* No variable has such a name: bash got to the end of our script. */
static const char through[] = "=";

/* The child's view. */
struct child {
	int fds[DESCRIPTORS]; /* by what they will be */
	uid_t id;
};

/* Where the child gave up and why; by a pipe that closes at exec. */
struct fault {
	int step, code;
};

/* Copied out of the way first: any of them may be any number. */
static int step_descriptors(struct child *c)
{
	for (int i = 0; i < DESCRIPTORS; i++) {
		c->fds[i] = fcntl(c->fds[i], F_DUPFD, PARKED_FIRST);
		if (c->fds[i] < 0)
			return -errno;
	}
	for (int i = 0; i < DESCRIPTORS; i++) {
		if (dup3(c->fds[i], i, i == FAULT ? O_CLOEXEC : 0) < 0)
			return -errno;
		c->fds[i] = i;
	}
	return k_close_range(DESCRIPTORS, ~0u) < 0 ? -errno : 0;
}

/* The caller may ignore or block what bash and its commands rely on. */
static int step_signals(struct child *c)
{
	sigset_t none;

	(void)c;
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL) < 0 ? -errno : 0;
}

static int step_session(struct child *c)
{
	(void)c;
	umask(077);
	return setsid() < 0 || chdir("/") < 0 ? -errno : 0;
}

static int step_read_only(struct child *c)
{
	AUTO(fd) int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)c;
	if (fd < 0)
		return -errno;
	return mount_shape(fd, K_MOUNT_ATTR_RDONLY | K_MOUNT_ATTR_NOSUID,
	                   MS_PRIVATE, true);
}

/* A read-only mount keeps nobody from connecting to a socket on it. */
static int step_sockets(struct child *c)
{
	static const char *const places[] = {"/run", "/tmp"};
	unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;

	(void)c;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (mount("tmpfs", places[i], "tmpfs", flags, "mode=755") < 0 &&
		    errno != ENOENT)
			return -errno;
	return 0;
}

static int step_proc(struct child *c)
{
	unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;

	(void)c;
	return mount("proc", "/proc", "proc", flags, NULL) < 0 ? -errno : 0;
}

static int step_limits(struct child *c)
{
	static const struct {
		int what;
		rlim_t most;
	} limits[] = {
		{RLIMIT_CPU, CPU_SECONDS}, {RLIMIT_AS, 256u << 20},
		{RLIMIT_NPROC, 64},        {RLIMIT_FSIZE, 0},
		{RLIMIT_NOFILE, 64},       {RLIMIT_CORE, 0},
		{RLIMIT_MEMLOCK, 0},       {RLIMIT_MSGQUEUE, 0},
	};

	(void)c;
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		struct rlimit limit = {limits[i].most, limits[i].most};

		if (setrlimit(limits[i].what, &limit) < 0)
			return -errno;
	}
	return 0;
}

/* Nothing of root is left after it: no id, group or capability. */
static int step_identity(struct child *c)
{
	int r = confine_become(c->id, c->id, NULL, 0);

	if (r < 0)
		return r;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

/* After the change of ids, which takes it back. */
static int step_parent(struct child *c)
{
	return process_die_with_parent(c->fds[FAULT]);
}

static int step_bash(struct child *c)
{
	static const char *const argv[] = {
		"bash", "--norc", "--noprofile", "-c", evaluate_script, NULL};
	static const char *const envp[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:"
		"/usr/sbin:/usr/bin:/sbin:/bin",
		NULL,
	};

	(void)c;
	execve("/bin/bash", (char *const *)argv, (char *const *)envp);
	return -errno;
}

/* clang-format off */
static const struct step {
	const char *what; /* completes "cannot …" */
	int (*run)(struct child *c);
} steps[] = {
	{"arrange its descriptors",		step_descriptors},
	{"set its signals",			step_signals},
	{"give it a session",			step_session},
	{"make all mounts read-only for it",	step_read_only},
	{"hide /run and /tmp from it",		step_sockets},
	{"give it a /proc",			step_proc},
	{"set its limits",			step_limits},
	{"take its privileges",			step_identity},
	{"bind its life to ours",		step_parent},
	{"run /bin/bash",			step_bash},
};
/* clang-format on */

static void __attribute__((noreturn)) run_steps(struct child *c)
{
	struct fault fault = {0};

	for (; !fault.code; fault.step += !fault.code)
		fault.code = steps[fault.step].run(c);
	/* nothing to be done where even this cannot be told */
	(void)!write(c->fds[FAULT], &fault, sizeof(fault));
	_exit(127);
}

/* What comes out of the child by one pipe. */
struct stream {
	int fd; /* owned; -1 once it ended */
	struct buf text;
	size_t max;
	bool whole; /* more than max is an error, else dropped */
};

static void stream_auto(struct stream *s)
{
	fd_auto(&s->fd);
	buf_done(&s->text);
}

/* The parent's view. */
struct evaluation {
	struct stream answer, complaint, fault;
	struct ending ending;
};

static void evaluation_auto(struct evaluation *e)
{
	stream_auto(&e->answer);
	stream_auto(&e->complaint);
	stream_auto(&e->fault);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int take_some(struct stream *s)
{
	char chunk[4096];
	ssize_t n = read(s->fd, chunk, sizeof(chunk));

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (!n) {
		fd_auto(&s->fd);
		s->fd = -1;
		return 0;
	}
	if (s->text.len + (size_t)n <= s->max)
		buf_add(&s->text, chunk, (size_t)n);
	else if (s->whole)
		return -EFBIG;
	return 0;
}

/* Read until all streams ended, as they do with the child's last process. */
static int gather(struct evaluation *e)
{
	struct stream *streams[] = {&e->answer, &e->complaint, &e->fault};
	long deadline = now_ms() + SECONDS * 1000L;
	int r = 0;

	while (!r) {
		struct pollfd p[3];
		long left = deadline - now_ms();
		bool open = false;

		for (int i = 0; i < 3; i++) {
			p[i] = (struct pollfd){.fd = streams[i]->fd,
			                       .events = POLLIN};
			open |= streams[i]->fd >= 0;
		}
		if (!open)
			return 0;
		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(p, 3, (int)left) < 0)
			r = errno == EINTR ? 0 : -errno;
		for (int i = 0; !r && i < 3; i++)
			if (p[i].revents)
				r = take_some(streams[i]);
	}
	return r;
}

/* A pipe whose reading end is ours and whose writing end the child's. */
static int open_pipe(struct stream *s, int *ret_child_fd)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	s->fd = ends[0];
	*ret_child_fd = ends[1];
	return 0;
}

static int open_text(const char *text, size_t len, int *ret_fd)
{
	AUTO(fd) int fd = memfd_create("config", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		text += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	*ret_fd = fd_take(&fd);
	return 0;
}

static void child_auto(struct child *c)
{
	for (int i = 0; i < DESCRIPTORS; i++)
		fd_auto(&c->fds[i]);
}

/* Returns in the parent alone, which then holds no end of the child's. */
static int spawn(struct evaluation *e, const char *text, size_t len,
                 struct process *ret_process)
{
	AUTO(child) struct child c = {.fds = {-1, -1, -1, -1, -1}};
	uint64_t namespaces = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID |
	                      CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
	int r;

	c.fds[NOTHING] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	r = c.fds[NOTHING] < 0 ? -errno : 0;
	if (!r)
		r = open_text(text, len, &c.fds[TEXT]);
	if (!r)
		r = open_pipe(&e->answer, &c.fds[ANSWER]);
	if (!r)
		r = open_pipe(&e->complaint, &c.fds[COMPLAINT]);
	if (!r)
		r = open_pipe(&e->fault, &c.fds[FAULT]);
	if (r < 0)
		return r;
	c.id = UID_FIRST + (uid_t)getpid();
	r = process_clone(namespaces, -1, ret_process);
	if (!r)
		run_steps(&c);
	return r < 0 ? r : 0;
}

static int evaluate(struct evaluation *e, const char *text, size_t len,
                    const char *where, struct err *err)
{
	AUTO(process) struct process process = {.pid_fd = -1};
	int r = spawn(e, text, len, &process), reaped;

	if (r < 0)
		return err_set(err, r,
		               "%s needs bash, for which no sandbox can be "
		               "made",
		               where);
	r = gather(e);
	if (r < 0)
		k_pidfd_send_signal(process.pid_fd, SIGKILL);
	reaped = process_wait(&process, &e->ending);
	if (r == -ETIMEDOUT)
		return err_say(err, r,
		               "%s: bash was not through with it after %d "
		               "seconds",
		               where, SECONDS);
	if (r == -EFBIG)
		return err_say(err, r,
		               "%s: its variables come to more than %d bytes",
		               where, CONFIG_MAX);
	if (r < 0 || reaped < 0)
		return err_set(err, r < 0 ? r : reaped,
		               "%s: cannot hear what bash makes of it", where);
	return 0;
}

static int check_fault(const struct evaluation *e, const char *where,
                       struct err *err)
{
	struct fault fault;

	if (e->fault.text.len != sizeof(fault))
		return 0;
	memcpy(&fault, e->fault.text.data, sizeof(fault));
	if (steps[fault.step].run == step_bash && fault.code == -ENOENT)
		return err_say(err, -ENOENT,
		               "%s needs bash, and this host has no /bin/bash",
		               where);
	return err_set(err, fault.code, "%s needs bash: cannot %s", where,
	               steps[fault.step].what);
}

/* Pass prefix at *text; false when it is not there. */
static bool pass(const char **text, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strncmp(*text, prefix, len) != 0)
		return false;
	*text += len;
	return true;
}

/* "FILE: line N: WHAT" or "FILE: WHAT", FILE being our config: to WHAT. */
static unsigned long pass_place(const char **text)
{
	const char *at;
	unsigned long line;
	char *rest;

	if (!pass(text, EVALUATE_TEXT ": "))
		return 0;
	at = *text;
	if (!pass(&at, "line "))
		return 0;
	line = strtoul(at, &rest, 10);
	at = rest;
	if (!pass(&at, ": "))
		return 0;
	*text = at;
	return line;
}

/* Whatever bash complains of, the config did not do what was written. */
static int check_complaint(const struct evaluation *e, const char *where,
                           struct err *err)
{
	AUTO(buf) struct buf first = {0}, shown = {0};
	const char *text = buf_text(&e->complaint.text);
	unsigned long line;

	if (!e->complaint.text.len)
		return 0;
	buf_add(&first, text, strcspn(text, "\n"));
	text = first.data;
	line = pass_place(&text);
	if (line)
		buf_printf(&shown, "%lu:", line);
	buf_puts(&shown, " bash says: ");
	buf_escape(&shown, text);
	return err_say(err, -EINVAL, "%s:%s", where, shown.data);
}

/* Did bash come to the end? Takes the mark of it off the answer. */
static int check_end(struct evaluation *e, const char *where, struct err *err)
{
	struct buf *text = &e->answer.text;

	if (!e->ending.by_signal && !e->ending.number &&
	    text->len >= sizeof(through) &&
	    !memcmp(text->data + text->len - sizeof(through), through,
	            sizeof(through))) {
		text->len -= sizeof(through);
		return 0;
	}
	return err_say(err, -EINVAL,
	               "%s: bash ended before it was through with it (%s "
	               "%d); a config cannot exit",
	               where, e->ending.by_signal ? "signal" : "status",
	               e->ending.number);
}

int evaluate_by_bash(struct config *c, const char *text, size_t len,
                     const char *where, struct err *err)
{
	AUTO(evaluation)
	struct evaluation e = {
		.answer = {.fd = -1,
	                   .max = CONFIG_MAX + sizeof(through),
	                   .whole = true},
		.complaint = {.fd = -1, .max = COMPLAINT_MAX},
		.fault = {.fd = -1, .max = sizeof(struct fault)},
	};
	int r = evaluate(&e, text, len, where, err);

	if (!r)
		r = check_fault(&e, where, err);
	if (!r)
		r = check_complaint(&e, where, err);
	if (!r)
		r = check_end(&e, where, err);
	if (r < 0)
		return r;
	if (config_parse_printed(c, buf_text(&e.answer.text), e.answer.text.len,
	                         err) < 0)
		return err_wrap(err, "%s", where);
	return 0;
}
