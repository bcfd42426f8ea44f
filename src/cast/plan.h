/* SPDX-License-Identifier: MIT */
/*
 * wanted − present → steps, for one target of one receiver: what consent says,
 * what was found at both ends, what hangs there. Pure.
 */
#pragma once

#include <stdbool.h>

enum end {
	END_UNKNOWN, /* not looked at */
	END_MISSING,
	END_DIRECTORY,
	END_FILE,
	END_UNFIT, /* a socket, a device; or a place that is not to be shared */
};

enum hangs {
	HANGS_NOTHING,
	HANGS_CAST,
	HANGS_TOMBSTONE,
};

struct situation {
	bool is_wanted;   /* accepted, and the policy allows it */
	bool is_accepted; /* the receiver wants it, granted or not */
	bool giver_up;    /* and shares */
	enum end source, target;
	bool target_in_cast; /* another cast hangs there, or above */
	enum hangs hangs;    /* what is recorded as ours for that target */
	bool is_in_place;    /* it is on the target now; else a guest moved it,
	                      * or made it vanish */
	bool is_same;        /* same source inode, same mode */
	bool is_tombstone_dir; /* and of which kind the tombstone is */
};

enum put { PUT_NOTHING, PUT_CAST, PUT_TOMBSTONE };

enum wait_reason {
	WAIT_NOT,
	WAIT_NOT_GRANTED, /* see policy_explain() */
	WAIT_GIVER_DOWN,
	WAIT_SOURCE_MISSING,
	WAIT_SOURCE_UNFIT,
	WAIT_TARGET_MISSING,
	WAIT_TARGET_UNFIT,
	WAIT_KINDS_DIFFER, /* a file on a directory, or the other way */
	WAIT_TARGET_IN_CAST,
};

struct steps_wanted {
	bool take_off;        /* what hangs, first */
	enum put put;         /* then; nothing with take_off false: keep */
	enum wait_reason why; /* it is not mounted, where it is accepted */
};

/* A tombstone lies on the target of every accepted cast that cannot be
 * mounted, where there is a target; it is not put anew where one is. */
struct steps_wanted plan_for(const struct situation *s);

/* The reason as a clause: "its source is stopped"; "" for WAIT_NOT. */
const char *plan_reason(enum wait_reason why);
