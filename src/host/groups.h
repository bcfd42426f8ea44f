/* SPDX-License-Identifier: MIT */
/* The phase that gives a sub host its cgroups, fresh for each run: one of
 * version 2 where there is that, those of version 1 that its limits need. */
#pragma once

struct err;
struct life;

int groups_make(struct life *l, struct err *err);

/* End what lives in them, and remove them. */
int groups_remove(struct life *l, struct err *err);
