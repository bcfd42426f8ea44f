/* SPDX-License-Identifier: MIT */
/* What a program is when it is the init of a sub host. Pure. */
#pragma once

#include <stdbool.h>

struct init_kind {
	const char *name;
	int stop_signal; /* asks it to end in order */
	bool is_real;    /* an init system, which needs MOUNTS=yes */
	bool is_shell;
};

/* By the last component of the program's path, symlinks resolved, or, for
 * what has none that we know, of the path as it was given. */
const struct init_kind *init_kind_of(const char *program);
