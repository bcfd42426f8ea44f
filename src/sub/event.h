/* SPDX-License-Identifier: MIT */
/*
 * What happened, for subhost events: SUBHOST_RUN/.events, a line an event,
 * TIME NAME WHAT TEXT parted by tabs. When it is full it becomes .events.1, the
 * older half of all that is kept. Both go with SUBHOST_RUN.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct places;

#define EVENT_FILE     ".events"
#define EVENT_OLDER    ".events.1"
#define EVENT_FILE_MAX (512 << 10) /* bytes of each */
#define EVENT_TEXT_MAX 2048        /* bytes of TEXT; what is longer is cut */

/*
 * Write down that WHAT (one word) happened to NAME; text may be what a guest
 * chose, and is escaped. Nothing is waited for. 0, or -errno, which is no
 * reason to fail: -ENOENT where nothing is up.
 */
int event_add(const struct places *places, const char *name, const char *what,
              const char *text);

struct event {
	uint64_t time; /* µs since 1970 */
	const char *name, *what, *text;
};

/* Take a line apart, without its newline: it is cut, and ret points into it.
 * False when it is none of ours. */
bool event_parse(char *line, struct event *ret);

/* Remove both files. */
void event_forget(int run_fd);
