/* SPDX-License-Identifier: MIT */
/* The cables that a sub host has, as the kernel shows them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/cable.h"
#include "sys/link.h"

struct err;
struct sub;
struct survey;

struct cabled {
	bool is_missing;            /* it was made, and is gone */
	struct link outside;        /* the host's end */
	struct link inside;         /* the counters are the sub host's own */
	char bridge[LINK_NAME];     /* "" = attached to nothing */
	struct addresses addresses; /* without those of the link alone */
};

struct cabled_list {
	struct cabled *v; /* by number */
	size_t n;
};

void cabled_done(struct cabled_list *list);

/* Look at those of one that is up; none of one that is not. */
int cabled_look(const struct sub *s, const struct survey *v,
                struct cabled_list *ret_list, struct err *err);
