/* SPDX-License-Identifier: MIT */

#include "manage/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/err.h"
#include "manage/interrupt.h"
#include "sys/kernel.h"
#include "sys/process.h"

static void __attribute__((noreturn))
work_and_exit(child_work *work, void *arg, int alive_fd, struct err *told)
{
	int r = process_die_with_parent(alive_fd);

	if (r < 0)
		err_set(told, r, "cannot tie a child to our life");
	else
		r = work(arg, told);
	_exit(r < 0 ? 1 : 0);
}

/* Until it has ended, or we are asked to stop: then it ends at once. */
static int await(struct process *child, struct err *err)
{
	struct pollfd p = {.fd = child->pid_fd, .events = POLLIN};
	int r = interrupt_check(err);

	while (!r && poll(&p, 1, -1) < 0)
		r = errno == EINTR
		            ? interrupt_check(err)
		            : err_set(err, -errno, "cannot wait for a child");
	if (r < 0)
		k_pidfd_send_signal(child->pid_fd, SIGKILL);
	return r;
}

static int end(struct process *child, const struct err *told, struct err *err)
{
	struct ending ending = {0};
	int stopped = await(child, err);
	int r = process_wait(child, &ending);

	if (stopped < 0)
		return stopped;
	if (r < 0)
		return err_set(err, r, "cannot wait for a child");
	if (ending.by_signal)
		return err_say(err, -ECHILD, "a child was killed by signal %d",
		               ending.number);
	if (ending.number)
		*err = *told;
	return ending.number ? told->code : 0;
}

int child_do(child_work *work, void *arg, struct err *err)
{
	AUTO(process) struct process child = {.pid_fd = -1};
	AUTO(fd) int read_fd = -1;
	AUTO(fd) int write_fd = -1;
	struct err *told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE,
	                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ends[2], r;

	if (told == MAP_FAILED)
		return err_set(err, -errno, "cannot start a child");
	r = pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0;
	if (!r) {
		read_fd = ends[0];
		write_fd = ends[1];
		r = process_clone(CLONE_NEWPID, -1, &child);
		if (!r) {
			close(read_fd);
			work_and_exit(work, arg, write_fd, told);
		}
	}
	r = r < 0 ? err_set(err, r, "cannot start a child")
	          : end(&child, told, err);
	munmap(told, sizeof(*told));
	return r;
}
