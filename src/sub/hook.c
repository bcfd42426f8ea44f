/* SPDX-License-Identifier: MIT */

#include "sub/hook.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "sub/sub.h"
#include "sys/kernel.h"
#include "sys/process.h"

static void run(const struct sub *s, const char *program)
{
	AUTO(buf) struct buf live = {0};
	char *argv[] = {(char *)(uintptr_t)program, NULL};
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	buf_printf(&live, "%s/live", s->path);
	setenv("SUBHOST_NAME", s->name, 1);
	setenv("SUBHOST_LIVE", live.data, 1);
	if (chdir("/") == 0 && k_close_range(3, ~0u) == 0)
		execv(program, argv);
	_exit(errno == ENOENT ? 127 : 126);
}

int hook_run(const struct sub *s, const char *program, const char *variable,
             struct err *err)
{
	AUTO(process) struct process child = {.pid_fd = -1};
	int status = 0, r;

	r = process_clone(0, -1, &child);
	if (!r)
		run(s, program);
	r = process_reap(&child, &status);
	if (r < 0)
		return err_set(err, r, "cannot run %s=%s", variable, program);
	if (status == 127 || status == 126)
		return err_say(err, -ENOEXEC, "%s=%s cannot be executed",
		               variable, program);
	return status ? err_say(err, -ECANCELED, "%s=%s failed with status %d",
	                        variable, program, status)
	              : 0;
}
