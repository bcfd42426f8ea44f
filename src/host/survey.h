/* SPDX-License-Identifier: MIT */
/*
 * What there is of a sub host, as the kernel shows it now: the facts to judge
 * its state by, and the handles to take it down with. Start fills it in as it
 * goes, so that undoing a failed start and stopping are one and the same.
 */
#pragma once

#include "model/record.h"
#include "model/state.h"
#include "sys/process.h"

struct err;
struct sub;

#define CGROUP_PARENT "subhost" /* and the instance's tag */

struct survey {
	struct facts facts;
	struct record record;
	struct process init; /* when facts.init_alive */
	int live_fd;         /* the root of live, when ours */
	int image_fd;        /* the root of mnt, when ours */
	int net_fd;          /* when ours */
	int cgroup_root_fd;  /* -1 where there is no unified hierarchy */
	int cgroup_fd;       /* when ours */
	char cgroup_parent[32];
};

#define SURVEY_NONE                                                            \
	{                                                                      \
		.init.pid_fd = -1, .live_fd = -1, .image_fd = -1,              \
		.net_fd = -1, .cgroup_root_fd = -1, .cgroup_fd = -1            \
	}

void survey_done(struct survey *v);

/* Look. Nothing is changed. */
int survey_take(struct survey *v, struct sub *s, struct err *err);

/* The error for whatever lies where ours should, and is not ours; 0 when
 * nothing does. */
int survey_refuse_foreign(const struct survey *v, const struct sub *s,
                          struct err *err);

static inline void survey_auto(struct survey *v)
{
	survey_done(v);
}
