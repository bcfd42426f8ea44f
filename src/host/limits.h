/* SPDX-License-Identifier: MIT */
/*
 * What a sub host may use up, and which devices it may open. Each controller
 * is the unified hierarchy's where that has it, else the one of version 1.
 */
#pragma once

#include "model/limits.h"
#include "sys/cgroup_old.h"

struct buf;
struct device_list;
struct err;
struct sub;
struct survey;

struct limiting {
	const struct sub *sub;
	const struct survey *survey; /* with its cgroup */
	const struct limits *limits;
	const struct device_list *devices;
	struct cgroup_old *old; /* its cgroups of version 1 */
	struct buf *notes;
};

/* Set everything for a sub host that is about to run; what of old is made has
 * to be joined by its first process. */
int limits_make(const struct limiting *l, struct err *err);

/* Change one of a running one to what it is in l. What it was is appended to
 * before, for limits_put_back(). */
int limits_change(const struct limiting *l, enum limit limit,
                  struct buf *before, struct err *err);
void limits_put_back(const struct limiting *l, enum limit limit,
                     const struct buf *before);

/* The same for its devices. */
int limits_change_devices(const struct limiting *l, struct err *err);

/* Where its cgroups are. */
struct cgroup_place limits_place(const struct sub *s, const struct survey *v);
