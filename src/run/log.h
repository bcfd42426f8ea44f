/* SPDX-License-Identifier: MIT */
/*
 * The log of a console: SUBHOST_STATE/log/NAME, and NAME~1 before it, together
 * no more than LOG_MAX. Nothing of it is lost: what a full disk does not take
 * waits, and the console with it; and what is read but not written yet lies in
 * a page of memory that outlives us where the sub host's reaper keeps it too.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "model/log_line.h"
#include "model/name.h"

struct err;
struct places;

#define LOG_FOLDER "log" /* in SUBHOST_STATE */
#define LOG_OLDER  "~1"  /* behind the name of the one before */

struct log_page;

struct log {
	int dir_fd, fd; /* owned; fd -1: it could not be opened again */
	int page_fd;    /* owned */
	char name[NAME_BYTES];
	uint64_t max;          /* LOG_MAX; to be set before log_open() */
	struct log_page *page; /* mapped, and maybe by others too: never trust
	                        * a number in it twice */
	char stamp[LOG_STAMP_BYTES + 1]; /* of what is being written */
	struct log_line line;
	size_t at, n;    /* of the page's bytes: those not done yet */
	struct buf rest; /* what the disk has not taken, */
	struct buf said; /* and lines of our own behind it */
	int fault;       /* why not */
	uint64_t since;  /* when that began, ms; 0: it takes what comes */
};

#define LOG_NONE                                                               \
	{                                                                      \
		.dir_fd = -1, .fd = -1, .page_fd = -1                          \
	}

void log_done(struct log *l);

/* Open it to append. page_fd is the page of a supervisor that is dead, or -1;
 * what it had not written is. */
int log_open(struct log *l, const struct places *places, const char *name,
             int page_fd, struct err *err);

/* Read from a console, without waiting: how many bytes, 0 at its end, or
 * -errno. They are *ret_bytes until the next call, and log_write() is due. */
ssize_t log_read(struct log *l, int fd, const char **ret_bytes);

/* Write what was read, or what is left of it. While the disk refuses it is to
 * be called again in a second, and nothing read before. */
void log_write(struct log *l);

static inline bool log_is_refused(const struct log *l)
{
	return l->since;
}

/* Add a line of our own. */
void log_say(struct log *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* End a line that has begun: more will not come. */
void log_end_line(struct log *l);

/* Whether init has said that it is ready is kept in the page too. */
void log_set_ready(struct log *l, bool ready);
bool log_is_ready(const struct log *l);

static inline void log_auto(struct log *l)
{
	log_done(l);
}
