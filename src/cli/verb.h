/* SPDX-License-Identifier: MIT */
/*
 * The verbs, one row each. CORE_VERBS are in subhost itself, a small static
 * program; MORE_VERBS, which need the system's libraries, are in subhost-more,
 * which subhost executes for them. A row VERB needs its function verb_VERB().
 */
#pragma once

#include <stdbool.h>

struct context;

/* clang-format off */
/*	   name       usage                              help			*/
#define CORE_VERBS(V)								\
	V(start,     "NAME [-- COMMAND...]",						\
	  "bring a sub host up, or wake it, and be its terminal")		\
	V(hibernate, "[--force] [--timeout S] NAME...",				\
	  "end its processes, keep its mounts and network")			\
	V(stop,      "[--force] [--timeout S] NAME...",				\
	  "take everything of it down")

#define MORE_VERBS(V)								\
	V(list,      "[--json]",						\
	  "show every sub host")						\
	V(status,    "[--json] NAME",						\
	  "show one")								\
	V(config,    "[--check] [--json] NAME",					\
	  "show what its config declares, and where")
/* clang-format on */

struct verb {
	const char *name, *usage, *help;
	int (*run)(struct context *c, int argc, char **argv);
	bool is_elsewhere; /* in the other program: run is NULL */
};

/* The program's table, ended by a NULL name: in cli/core.c or cli/more.c. */
extern const struct verb verbs[];

#define V(name, usage, help)                                                   \
	int verb_##name(struct context *c, int argc, char **argv);
CORE_VERBS(V)
MORE_VERBS(V)
#undef V
