/* SPDX-License-Identifier: MIT */
/* Several sub hosts at once, in order: each is done by a child that executes
 * this program, as soon as those before it are done. */
#pragma once

#include <stdbool.h>

#include "model/order.h"

struct context;

struct fleet {
	const struct context *context;
	struct order order;
	const char *verb;   /* "start" or "stop" */
	const char *option; /* of it; NULL: none */
	const char *again;  /* another one, for those that failed; NULL: no */
	/* In the child, before it does that; NULL: nothing. Not 0: it cannot.
	 */
	int (*prepare)(const struct fleet *f, const char *name);
	void *arg; /* prepare's */
};

/* Do it for all. With needs, who comes after one that failed is left out, and
 * told. Returns an exit status. */
int fleet_run(struct fleet *f, bool needs);
