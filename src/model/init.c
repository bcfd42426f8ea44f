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
	{ "systemd",	REAL_TIME + 3,	true,	false },
	{ "init",	SIGINT,		true,	false }, /* sysvinit: ctrlaltdel */
	{ "openrc-init", SIGINT,	true,	false },
	{ "busybox",	SIGUSR2,	true,	false }, /* as the file behind init */
	{ "runit",	SIGCONT,	true,	false },
	{ "runit-init",	SIGCONT,	true,	false },
	{ "bash",	SIGHUP,		false,	true },
	{ "dash",	SIGHUP,		false,	true },
	{ "sh",		SIGHUP,		false,	true },
	{ "zsh",	SIGHUP,		false,	true },
	{ "ksh",	SIGHUP,		false,	true },
	{ NULL,		SIGTERM,	false,	false }, /* any other */
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
