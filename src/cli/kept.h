/* SPDX-License-Identifier: MIT */
/* What is shown of a sub host's supervisor, and of how it ended last. */
#pragma once

#include <stdbool.h>

#include "host/keeper.h"
#include "sub/exits.h"

struct json_object;
struct sub;
struct survey;

struct kept {
	int supervisor; /* its pid; 0: there is none */
	bool is_lost;   /* it is dead, and init is not */
	bool is_silent; /* it lives, and does not answer */
	struct keeper_news news;
	struct exited last;
};

void kept_take(struct kept *k, const struct sub *s, const struct survey *v);

/* Lines for people; name is the sub host's. */
void kept_print(const struct kept *k, const char *name);

/* Members of o, for programs. */
void kept_add(const struct kept *k, struct json_object *o);
