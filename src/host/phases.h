/* SPDX-License-Identifier: MIT */
/*
 * The steps of a start, each with its undo. A step records what it is about to
 * put on the host before it does, or what it puts there carries a mark; an undo
 * takes off what the survey shows to be ours, and is content when there is
 * nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "sub/device.h"
#include "sys/cgroup_old.h"

struct err;
struct launched;
struct life_wish;
struct sub;
struct survey;

/* One command at work on one sub host. */
struct life {
	struct sub *sub;
	struct survey *survey;
	const struct life_wish *wish; /* NULL when only undoing */
	struct launched *launched;    /* NULL when only undoing */
	int live_mount_fd;          /* live, made but not attached yet; owned */
	int made_net_fd;            /* made but not pinned yet; owned */
	int user_fd;                /* owned */
	struct cgroup_old old;      /* made for it; owned */
	struct device_list devices; /* DEVICES; owned */
	bool is_waking;             /* what hibernation keeps is there */
	bool is_kept;               /* undoing: hibernation, no stop */
	bool force;                 /* end init without asking it first */
	int seconds; /* how long it may take then; < 0: as declared */
};

struct phase {
	int (*todo)(struct life *l, struct err *err); /* NULL: nothing */
	int (*undo)(struct life *l, struct err *err); /* NULL: nothing */
	bool is_kept;  /* hibernation leaves it */
	bool is_vital; /* while its undo fails, what came before it stays */
};

/* Write the record down as it is now. */
int phases_remember(struct life *l, struct err *err);

extern const struct phase phases[];
extern const size_t n_phases;
