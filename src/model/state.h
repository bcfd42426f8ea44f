/* SPDX-License-Identifier: MIT */
/* What state a sub host is in, out of what the kernel shows. Pure. */
#pragma once

#include <stdbool.h>

struct buf;

/* Whose is the thing that lies where one of ours would? */
enum whose { NOBODYS, OURS, SOMEONE_ELSES };

struct facts {
	enum whose live;  /* the mount on live */
	enum whose image; /* the mount on mnt */
	enum whose net;   /* the pinned network namespace */
	enum whose cgroup;
	bool init_alive; /* the init that the record names */
	bool populated;  /* something lives in our cgroup */
	bool has_record;
	bool wants_net; /* the record says that it had one */
	bool wants_image;
};

enum state { STATE_STOPPED, STATE_RUNNING, STATE_HIBERNATED, STATE_DAMAGED };

/* The state; of a damaged one the reasons, parted by "; ", go to why. */
enum state state_of(const struct facts *f, struct buf *why);

const char *state_name(enum state state);
