/* SPDX-License-Identifier: MIT */
/* A request on its way: a file in /.syscmd, which the host reads and removes.
 */
#pragma once

#include "cast/message.h"

struct call;

struct sent {
	int dir_fd; /* of /.syscmd; owned */
	char file[MESSAGE_NAME_MAX];
};

#define SENT_NONE                                                              \
	{                                                                      \
		.dir_fd = -1                                                   \
	}

/* Write it; making /.syscmd is how a guest opts in. ret_sent is SENT_NONE.
 * How the call ends when that failed, else TOOL_DONE. */
int send_words(const struct call *c, struct sent *ret_sent);

/* Take it back: 0, -ENOENT when the host has taken it, or -errno. */
int send_withdraw(const struct sent *s);

void sent_auto(struct sent *s);
