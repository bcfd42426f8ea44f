/* SPDX-License-Identifier: MIT */

#include "model/init.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

/* The kernel's numbers: a libc keeps the first real-time ones to itself, each
 * its own number of them. */
#define REAL_TIME 34

/* clang-format off */
static const struct init_kind kinds[] = {
	{ "systemd",	REAL_TIME + 3,	true },
	{ "init",	SIGINT,		true },  /* sysvinit: ctrlaltdel */
	{ "openrc-init", SIGINT,	true },
	{ "busybox",	SIGUSR2,	true }, /* as the file behind init */
	{ "runit",	SIGCONT,	true },
	{ "runit-init",	SIGCONT,	true },
	{ "bash",	SIGHUP,		false },
	{ "dash",	SIGHUP,		false },
	{ "sh",		SIGHUP,		false },
	{ "zsh",	SIGHUP,		false },
	{ "ksh",	SIGHUP,		false },
	{ NULL,		SIGTERM,	false }, /* any other */
};
/* clang-format on */

const struct init_kind *init_kind_of(const char *program)
{
	const char *slash = strrchr(program, '/');
	const struct init_kind *k = kinds;

	if (slash)
		program = slash + 1;
	while (k->name && strcmp(k->name, program))
		k++;
	return k;
}
