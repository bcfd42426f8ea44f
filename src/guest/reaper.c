/* SPDX-License-Identifier: MIT */
/*
 * subhost-init: the first process of a sub host with REAPER=yes. It runs the
 * command of its arguments, hands on the signals it gets, reaps what is left
 * to it, and ends as the command ends: with its status, or 128 + signal. Of a
 * detached one it keeps the console open, that it outlives its supervisor.
 *
 * subhost-exec: the same program, which becomes the command at once.
 *
 * subhost-enter: the same program in the middle of `enter`. It bears the
 * process beside init that becomes the command.
 *
 * Its memory is counted for every sub host: it does without stdio.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What run/become leaves open: where a fault is told; our own program; the
 * console and the page of its log, or nothing. */
enum { STATUS_FD = 3, OWN_FD, CONSOLE_FD, PAGE_FD };

/* The words of run/steps. */
#define STEP_BORN    (-1)
#define STEP_COMMAND (-3)
#define STEP_BEAR    (-4)

/* Reap all that is dead; the command's end is ours. */
static void reap(pid_t command)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != command)
			continue;
		_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status)
		                          : WEXITSTATUS(status));
	}
}

static int status_of(int fault)
{
	return fault == ENOENT ? 127 : 126;
}

static void say(const char *text)
{
	(void)!write(2, text, strlen(text));
}

static void become(char **argv)
{
	int fault;

	execvp(argv[0], argv);
	fault = errno;
	say("cannot run ");
	say(argv[0]);
	say(": ");
	say(strerror(fault));
	say("\n");
	_exit(status_of(fault));
}

/* Be bash; or else what to be instead. */
static char **try_bash(void)
{
	static char bash[] = "/bin/bash", sh[] = "/bin/sh", login[] = "-l";
	static char *argv[] = {bash, login, NULL};

	execv(bash, argv);
	argv[0] = sh;
	return argv;
}

/* A failure the host hears of, and then nobody of us is left. */
static void run(char **argv, const sigset_t *mask, int go_fd)
{
	struct {
		int step, code;
	} fault = {.step = STEP_COMMAND};
	char end;

	/* Not before the reaper has closed what it shall not have. */
	while (read(go_fd, &end, 1) < 0 && errno == EINTR)
		;
	sigprocmask(SIG_SETMASK, mask, NULL);
	/* Its own process group on the terminal, as a shell would do. */
	setpgid(0, 0);
	signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(0, getpgrp());
	signal(SIGTTOU, SIG_DFL);
	execvp(argv[0], argv);
	fault.code = -errno;
	(void)!write(STATUS_FD, &fault, sizeof(fault));
	_exit(status_of(-fault.code));
}

/* The command closes all of it when it is run; and so do we, but for what we
 * are to keep, before there is anybody who could take it from us. */
static pid_t start(char **argv, const sigset_t *mask)
{
	int go[2];
	pid_t command;

	for (int fd = STATUS_FD; fd <= PAGE_FD; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (pipe2(go, O_CLOEXEC) < 0)
		return -1;
	command = fork();
	if (!command) {
		close(go[1]);
		run(argv, mask, go[0]);
	}
	close(STATUS_FD);
	close(go[0]);
	close(go[1]);
	return command;
}

static void tell(int step, int code)
{
	int fault[] = {step, code};

	_exit(write(STATUS_FD, fault, sizeof(fault)) == sizeof(fault) ? 0 : 1);
}

static int end_with_parent(void)
{
	struct pollfd p = {.fd = STATUS_FD};

	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) ||
	       poll(&p, 1, 0) < 0 || p.revents & (POLLERR | POLLHUP);
}

static void run_beside(char **argv, int has_terminal)
{
	if (end_with_parent() || setsid() < 0 ||
	    fcntl(STATUS_FD, F_SETFD, FD_CLOEXEC) < 0 ||
	    (has_terminal && ioctl(0, TIOCSCTTY, 0) < 0))
		tell(STEP_BEAR, -errno);
	if (!argv[0])
		argv = try_bash();
	execvp(argv[0], argv);
	tell(STEP_COMMAND, -errno);
}

/* A sibling. By clone: a filter cannot look into clone3, and may refuse it. */
static void enter(char **argv)
{
	long pid;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		tell(STEP_BEAR, -errno);
	pid = syscall(SYS_clone, CLONE_PARENT, 0, 0, 0, 0);
	if (pid < 0)
		tell(STEP_BEAR, -errno);
	if (pid > 0)
		tell(STEP_BORN, (int)pid);
	run_beside(argv + 1, !strcmp(argv[0], "terminal"));
}

int main(int argc, char **argv)
{
	struct signalfd_siginfo info;
	sigset_t all, before;
	pid_t command;
	int signal_fd;

	if (argc == 1 && !strcmp(argv[0], "subhost-exec"))
		become(try_bash());
	if (argc < 2)
		return 2;
	if (!strcmp(argv[0], "subhost-exec"))
		become(argv + 1);
	if (!strcmp(argv[0], "subhost-enter"))
		enter(argv + 1);
	/* A script whose interpreter is /proc/self/exe would run itself again
	 * and again. */
	if (strcmp(argv[0], "subhost-init") != 0)
		return 126;
	/* Blocked signals do reach pid 1. In sigwaitinfo(2) they would not show
	 * as blocked, and the host would take us for one that hears nothing. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	command = start(argv + 1, &before);
	signal_fd = signalfd(-1, &all, SFD_CLOEXEC);
	while (command > 0 &&
	       read(signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap(command);
		else
			kill(command, (int)info.ssi_signo);
	}
	return 126;
}
