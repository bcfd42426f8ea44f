/* SPDX-License-Identifier: MIT */
/* All that subhostd is: one thread, one loop, nothing that waits for a guest.
 * Times are in milliseconds of the loop's clock. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "casting/casting.h"
#include "model/vzdaemon.h"
#include "sub/place.h"

#define NEVER UINT64_MAX

struct awaited;
struct guest;

struct daemon {
	struct places places;
	struct vzdaemon conf;
	struct casting casting;
	char *fault; /* of casts.ini, as it was last told; owned; NULL: none */

	uv_loop_t loop;
	int instance_fd;
	int ear_fd, run_watch, etc_watch;
	int mounts_fd; /* /proc/self/mountinfo, which tells of changes */
	uv_poll_t ear, mounts;
	uv_signal_t hangup, terminate, interrupt;
	uv_idle_t busy;      /* while somebody has a turn */
	uv_timer_t pause;    /* until somebody has */
	uv_timer_t reread;   /* casts.ini */
	uv_timer_t settling; /* changes of mounts */

	struct guest **guests; /* who is up; owned */
	size_t n_guests;
	size_t next;             /* whose turn is next */
	struct awaited *awaited; /* paths of casts; owned, with no order */
	size_t n_awaited;
	unsigned n_handlers; /* that run */
};
