/* SPDX-License-Identifier: MIT */
/* A command beside the init of a running sub host. */
#pragma once

#include <stdbool.h>

struct declaration;
struct err;
struct launched;
struct sub;
struct survey;

struct enter_wish {
	const struct declaration *declaration;
	char *const *command; /* NULL: a shell */
	const char *user;     /* NULL: as declared */
	bool terminal;        /* it gets a pty, made in the guest's devpts */
	const char *term;     /* TERM of the caller's terminal, or NULL */
};

/*
 * Run it, confined as the record says that init was, whatever config says by
 * now. The caller holds the lock and has taken the survey; both are given up as
 * soon as the process is in the sub host's cgroup, and so ends with it.
 */
int enter(struct sub *s, struct survey *v, const struct enter_wish *wish,
          struct launched *ret, struct err *err);
