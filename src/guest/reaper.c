/* SPDX-License-Identifier: MIT */
/*
 * subhost-init: the first process of a sub host with REAPER=yes. It runs the
 * command of its arguments, hands on the signals it gets, reaps what is left
 * to it, and ends as the command ends: with its status, or 128 + signal.
 *
 * subhost-exec: the same program, which becomes the command at once.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

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

static void become(char **argv)
{
	execvp(argv[0], argv);
	fprintf(stderr, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static void become_shell(void)
{
	static char bash[] = "/bin/bash", sh[] = "/bin/sh", login[] = "-l";
	char *argv[] = {bash, login, NULL};

	execv(bash, argv);
	argv[0] = sh;
	become(argv);
}

static void run(char **argv, const sigset_t *mask)
{
	sigprocmask(SIG_SETMASK, mask, NULL);
	/* Its own process group on the terminal, as a shell would do. */
	setpgid(0, 0);
	signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(0, getpgrp());
	signal(SIGTTOU, SIG_DFL);
	become(argv);
}

int main(int argc, char **argv)
{
	sigset_t all, before;
	pid_t command;

	if (argc == 1 && !strcmp(argv[0], "subhost-exec"))
		become_shell();
	if (argc < 2)
		return 2;
	if (!strcmp(argv[0], "subhost-exec"))
		become(argv + 1);
	/* A script whose interpreter is /proc/self/exe would run itself again
	 * and again. */
	if (strcmp(argv[0], "subhost-init") != 0)
		return 126;
	/* Blocked signals do reach pid 1, and wait for sigwaitinfo(). */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	command = fork();
	if (!command)
		run(argv + 1, &before);
	while (command > 0) {
		siginfo_t info;
		int sig = sigwaitinfo(&all, &info);

		if (sig == SIGCHLD)
			reap(command);
		else if (sig > 0)
			kill(command, sig);
	}
	return 126;
}
