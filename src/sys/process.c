/* SPDX-License-Identifier: MIT */

#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "sys/kernel.h"

#define STATUS_MAX 65536 /* bytes of a file below /proc/PID that we read */

void process_done(struct process *p)
{
	fd_auto(&p->pid_fd);
	p->pid_fd = -1;
}

int process_clone(uint64_t flags, int cgroup_fd, struct process *ret_child)
{
	int pid_fd = -1;
	struct k_clone_args args = {
		.flags = flags | K_CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&pid_fd,
		/* A sibling tells its parent as the caller would. */
		.exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
	};
	int pid;

	if (cgroup_fd >= 0) {
		args.flags |= K_CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup_fd;
	}
	pid = k_clone3(&args);
	if (pid < 0)
		return -errno;
	if (pid > 0)
		*ret_child = (struct process){.pid = pid, .pid_fd = pid_fd};
	return pid > 0;
}

int process_wait(struct process *p, struct ending *ret_ending)
{
	siginfo_t info = {0};
	int r;

	do
		r = waitid(P_PID, (id_t)p->pid, &info, WEXITED);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	ret_ending->by_signal = info.si_code != CLD_EXITED;
	ret_ending->number = info.si_status;
	return 0;
}

int process_reap(struct process *p, int *ret_status)
{
	struct ending ending;
	int r = process_wait(p, &ending);

	if (r < 0)
		return r;
	*ret_status = ending.number + (ending.by_signal ? 128 : 0);
	return 0;
}

int process_await(int pid_fd, int ms)
{
	struct pollfd p = {.fd = pid_fd, .events = POLLIN};
	int n;

	do
		n = poll(&p, 1, ms);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}

static int read_about(pid_t pid, const char *what, struct buf *b)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, what);
	return file_read(AT_FDCWD, path, STATUS_MAX, b);
}

/* Of /proc/PID/stat; the blank before it. */
static const char *stat_field(const struct buf *b, int wanted)
{
	/* Field 2, the name, may hold anything; the last ')' ends it. */
	const char *p = strrchr(buf_text(b), ')');

	for (int field = 2; p && field < wanted; field++)
		p = strchr(p + 1, ' ');
	return p;
}

int process_birth(pid_t pid, uint64_t *ret_birth)
{
	AUTO(buf) struct buf b = {0};
	const char *p;
	int r = read_about(pid, "stat", &b);

	if (r < 0)
		return r;
	p = stat_field(&b, 22);
	if (!p)
		return -EPROTO;
	*ret_birth = strtoull(p, NULL, 10);
	return 0;
}

pid_t process_parent(pid_t pid)
{
	AUTO(buf) struct buf b = {0};
	int r = read_about(pid, "stat", &b);
	const char *p = r < 0 ? NULL : stat_field(&b, 4);

	return p ? (pid_t)strtol(p, NULL, 10) : r < 0 ? r : -EPROTO;
}

bool process_is_first(pid_t pid)
{
	static const char key[] = "\nNSpid:";
	AUTO(buf) struct buf b = {0};
	const char *line, *last;

	if (read_about(pid, "status", &b) < 0)
		return false;
	line = strstr(buf_text(&b), key);
	if (!line)
		return false;
	/* One number a namespace, its own the last. */
	line += strlen(key);
	last = line + strcspn(line, "\n");
	return last - line > 1 && last[-1] == '1' && last[-2] == '\t';
}

void process_describe(pid_t pid, struct buf *b)
{
	AUTO(buf) struct buf command = {0};

	read_about(pid, "cmdline", &command);
	for (size_t i = 0; i + 1 < command.len; i++)
		if (!command.data[i])
			command.data[i] = ' ';
	buf_printf(b, "pid %d (", pid);
	buf_escape(b, buf_text(&command));
	buf_putc(b, ')');
}

static bool mask_has(const char *status, const char *key, int signal)
{
	const char *p = strstr(status, key);

	return p && strtoull(p + strlen(key), NULL, 16) >> (signal - 1) & 1;
}

/* Those that sigtimedwait(2) waits for do not show as blocked meanwhile. */
static bool waits_for(pid_t pid, int signal)
{
	AUTO(buf) struct buf b = {0};
	unsigned long long at;
	uint64_t set = 0;
	struct iovec here = {&set, sizeof(set)},
		     there = {.iov_len = sizeof(set)};
	long call;

	if (read_about(pid, "syscall", &b) < 0 ||
	    sscanf(buf_text(&b), "%ld 0x%llx", &call, &at) != 2 ||
	    call != SYS_rt_sigtimedwait)
		return false;
	there.iov_base = (void *)(uintptr_t)at;
	if (process_vm_readv(pid, &here, 1, &there, 1, 0) != sizeof(set))
		return false;
	return set >> (signal - 1) & 1;
}

bool process_catches(pid_t pid, int signal)
{
	AUTO(buf) struct buf b = {0};

	if (read_about(pid, "status", &b) < 0)
		return false;
	/* What is blocked waits for sigwait(3) or a signalfd. */
	return mask_has(buf_text(&b), "\nSigCgt:", signal) ||
	       mask_has(buf_text(&b), "\nSigBlk:", signal) ||
	       waits_for(pid, signal);
}

int process_die_with_parent(int pipe_fd)
{
	struct pollfd p = {.fd = pipe_fd};

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -errno;
	if (poll(&p, 1, 0) < 0)
		return -errno;
	return p.revents & (POLLERR | POLLHUP) ? -ESRCH : 0;
}

int process_outlive_parent(void)
{
	return prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) < 0 ? -errno : 0;
}

/* Linux 6.15: struct pidfd_info up to the exit code. */
struct info {
	uint64_t mask, cgroup;
	uint32_t ids[11];
	int32_t status;
};

#define INFO_EXIT      (1u << 3)
#define INFO           _IOWR(0xff, 11, struct info)
#define REAPED_WAIT_MS 2000

int process_recall_ending(int pid_fd, struct ending *ret_ending)
{
	struct info info = {.mask = INFO_EXIT};
	struct pollfd p = {.fd = pid_fd};

	/* It is known once its parent has reaped it. */
	poll(&p, 1, REAPED_WAIT_MS);
	if (ioctl(pid_fd, INFO, &info) < 0)
		return -errno;
	if (!(info.mask & INFO_EXIT))
		return -ENODATA;
	*ret_ending = (struct ending){
		.by_signal = WIFSIGNALED(info.status),
		.number = WIFSIGNALED(info.status) ? WTERMSIG(info.status)
	                                           : WEXITSTATUS(info.status),
	};
	return 0;
}

int process_get_fd(int pid_fd, int fd)
{
	int got = (int)syscall(SYS_pidfd_getfd, pid_fd, fd, 0);

	return got < 0 ? -errno : got;
}
