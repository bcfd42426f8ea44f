/* SPDX-License-Identifier: MIT */
/*
 * One sub host: its directory, its lock, its record. Whoever changes anything
 * of it holds the lock, which is on the directory itself, so that it excludes
 * every instance, leaves nothing behind and ends with its holder.
 */
#pragma once

#include "model/name.h"
#include "sub/place.h"

struct err;
struct record;

#define MARK_BYTES (NAME_BYTES + 24)

struct sub {
	const struct places *places;
	char name[NAME_BYTES];
	char *path;            /* of its directory, for messages and config */
	char mark[MARK_BYTES]; /* subhost:NAME[@TAG]: what is ours says so */
	char boot[40];         /* the kernel's boot id, once it was needed */
	int dir_fd;
	int run_fd; /* SUBHOST_RUN, held so that it is not removed; or -1 */
};

#define SUB_NONE                                                               \
	{                                                                      \
		.dir_fd = -1, .run_fd = -1                                     \
	}

void sub_done(struct sub *s);

/* Open NAME's directory. An unknown name is told with a near one that exists.
 * places must outlive s. */
int sub_open(struct sub *s, const struct places *places, const char *name,
             struct err *err);

/* Wait for the lock at most that many seconds; the error names the holder. */
int sub_lock(struct sub *s, unsigned seconds, struct err *err);

/* Give up the lock and the hold on SUBHOST_RUN, whoever has a copy of their
 * descriptors: what is left to do may take as long as a guest likes. */
void sub_let_go(struct sub *s);

/* Keep other users of the host out of its directory: the files in it have
 * plain ids, setuid ones too. *ret_changed says whether they could get in. */
int sub_close_to_others(struct sub *s, bool *ret_changed, struct err *err);

/* Make SUBHOST_RUN if need be and hold it. */
int sub_hold_run(struct sub *s, struct err *err);

/* The record: 0 with *ret_record, 1 when there is none, or negative. A record
 * of before the last boot counts as none. */
int sub_recall(struct sub *s, struct record *ret_record, struct err *err);
int sub_remember(struct sub *s, const struct record *record, struct err *err);
void sub_forget(struct sub *s);

static inline void sub_auto(struct sub *s)
{
	sub_done(s);
}
