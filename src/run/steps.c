/* SPDX-License-Identifier: MIT */
/*
 * With MOUNTS=no the child is the init: real root builds everything, then it
 * joins the user namespace, which so has no power over its mounts. With
 * MOUNTS=yes the child joins the user namespace first, makes the namespaces
 * anew in it, and gives birth to the init there.
 */
#include "run/steps.h"

#include <errno.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "run/launch_steps.h"
#include "sys/inherit.h"
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
	int r = inherit_nothing();

	if (r < 0)
		return r;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -errno;
	return process_die_with_parent(l->status_fd);
}

/* clang-format off */
static const struct step launching[] = {
	{ "prepare its first process",		step_begin },
	{ "join its cgroups",			step_cgroups },
	{ "leave the host's mount namespace",			step_launcher },
	{ "join its network namespace",		step_net },
	{ "make its masks",			step_masks,	PLAIN },
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
	{ "filter its system calls",		step_filter },
	{ "take its capabilities",		step_capabilities },
	{ "give it its terminal",		step_terminal },
	/* Before it goes anywhere: a directory of the guest's may be a symlink to
	 * a descriptor (CVE-2024-21626). */
	{ "close what is the host's",		step_close },
	{ "become the user",			step_user,	ALWAYS, ABOUT_USER },
	{ "enter the directory",		step_workdir,	ALWAYS,
	  ABOUT_WORKDIR },
	{ "set NO_NEW_PRIVS",			step_no_new_privs },
	{ "run",				step_exec,	ALWAYS, ABOUT_COMMAND },
};

/* Beside the init of a running one. From the bearing on the guest sees it; where
 * it may have power over what it sees, that is the reaper, and all is done. */
static const struct step joining[] = {
	{ "prepare a process",			step_begin },
	{ "join its cgroups",			step_cgroups },
	{ "join the namespaces of its init",	step_join },
	{ "close what is the host's",		step_close },
	{ "bear a process in it",		step_bear_inside, BEARS_ITSELF },
	{ "give it a session keyring",		step_keyring },
	{ "filter its system calls",		step_filter },
	{ "take its capabilities",		step_capabilities },
	{ "make a terminal in its /dev/pts",	step_make_terminal },
	{ "give it its terminal",		step_terminal,	BEARS_ITSELF },
	{ "become the user",			step_user,	ALWAYS, ABOUT_USER },
	{ "enter the directory",		step_workdir,	ALWAYS,
	  ABOUT_WORKDIR },
	{ "set NO_NEW_PRIVS",			step_no_new_privs },
	{ "run",				step_exec,	BEARS_ITSELF,
	  ABOUT_COMMAND },
	{ "bear a process in it",		step_send_reaper, SENDS_REAPER },
};
/* clang-format on */

#define COUNT(a) ((int)(sizeof(a) / sizeof(*(a))))

static bool is_wanted(const struct step *s, const struct launch *l)
{
	switch (s->when) {
	case ALWAYS:
		break;
	case PLAIN:
		return !l->mounts;
	case OWN_MOUNTS:
		return l->mounts;
	case BEARS_ITSELF:
		return l->reaper_fd < 0;
	case SENDS_REAPER:
		return l->reaper_fd >= 0;
	}
	return true;
}

void steps_run(struct launch *l)
{
	const struct step *steps = l->joins ? joining : launching;
	int n = l->joins ? COUNT(joining) : COUNT(launching);

	for (int i = 0; i < n; i++) {
		int r = is_wanted(&steps[i], l) ? steps[i].run(l) : 0;

		if (r < 0) {
			steps_tell(l, i, r);
			break;
		}
	}
	_exit(125);
}

const struct step *steps_at(bool joins, int step)
{
	static const struct step unknown = {.what = "start"};
	static const struct step command = {.what = "run",
	                                    .about = ABOUT_COMMAND};

	if (step == STEP_COMMAND)
		return &command;
	if (joins && step == STEP_BEAR)
		step = COUNT(joining) - 1;
	if (step < 0 || step >= (joins ? COUNT(joining) : COUNT(launching)))
		return &unknown;
	return joins ? &joining[step] : &launching[step];
}
