/* SPDX-License-Identifier: MIT */
/*
 * With MOUNTS=no the child is the init: real root builds everything, then it
 * joins the user namespace, which so has no power over its mounts. With
 * MOUNTS=yes the child joins the user namespace first, makes the namespaces
 * anew in it, and gives birth to the init there.
 */
#include "run/steps.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/launch_steps.h"
#include "sys/process.h"

int steps_tell(const struct launch *l, int step, int code)
{
	struct fault fault = {.step = step, .code = code};

	return write(l->status_fd, &fault, sizeof(fault)) == sizeof(fault)
	               ? 0
	               : -EPIPE;
}

static int step_begin(struct launch *l)
{
	struct rlimit no_core = {0};
	sigset_t none;

	umask(022);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int sig = 1; sig < _NSIG; sig++)
		signal(sig, SIG_DFL);
	if (setrlimit(RLIMIT_CORE, &no_core) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -errno;
	return process_die_with_parent(l->status_fd);
}

enum when { ALWAYS, PLAIN, OWN_MOUNTS };

/* clang-format off */
static const struct step {
	const char *what;		/* completes "cannot ..." */
	int (*run)(struct launch *);
	enum when when;
	enum about about;
} steps[] = {
	{ "prepare its first process",		step_begin },
	{ "leave the host's mount namespace",			step_launcher },
	{ "join its network namespace",		step_net },
	{ "attach its root",			step_root },
	{ "mount its /dev",			step_dev },
	{ "make its /dev/console",		step_console },
	{ "mount /proc and /sys to show it",	step_visible,	OWN_MOUNTS },
	{ "make namespaces in its user namespace", step_join_first, OWN_MOUNTS },
	{ "bear its init",			step_bear,	OWN_MOUNTS },
	{ "unlock its root",			step_unlock,	OWN_MOUNTS },
	{ "mount its /proc and /sys",		step_kernel },
	{ "enter its root",			step_pivot },
	{ "join its user namespace",		step_join_last,	PLAIN },
	{ "make its uts and ipc namespaces",	step_names,	PLAIN },
	{ "set its hostname",			step_hostname },
	{ "give it a session keyring",		step_keyring },
	{ "take its capabilities",		step_capabilities },
	{ "give it its terminal",		step_terminal },
	{ "become the user",			step_user,	ALWAYS, ABOUT_USER },
	{ "enter the directory",		step_workdir,	ALWAYS,
	  ABOUT_WORKDIR },
	{ "close what is the host's",		step_close },
	{ "run",				step_exec,	ALWAYS, ABOUT_COMMAND },
};
/* clang-format on */

#define STEPS ((int)(sizeof(steps) / sizeof(*steps)))

static bool is_wanted(const struct step *s, const struct launch *l)
{
	return s->when == ALWAYS || (s->when == OWN_MOUNTS) == l->mounts;
}

void steps_run(struct launch *l)
{
	for (int i = 0; i < STEPS; i++) {
		int r = is_wanted(&steps[i], l) ? steps[i].run(l) : 0;

		if (r < 0) {
			steps_tell(l, i, r);
			break;
		}
	}
	_exit(125);
}

const char *steps_what(int step)
{
	return step >= 0 && step < STEPS ? steps[step].what : "start";
}

enum about steps_about(int step)
{
	return step >= 0 && step < STEPS ? steps[step].about : ABOUT_NOTHING;
}
