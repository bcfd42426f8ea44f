/* SPDX-License-Identifier: MIT */
/*
 * What is posted in a guest's /syscmd/replies: answers, and its page of casts.
 * It is mounted read-only there, on a tmpfs of ours; we write through a copy of
 * that mount which nobody else has.
 */
#pragma once

#include <stddef.h>
#include <time.h>

struct err;
struct peer;

#define BOARD_REPLIES_MAX 128 /* the newest stay */
#define BOARD_REPLY_TIME  60  /* seconds that an answer stays */
#define BOARD_PAGE        ".casts"

/* Post a file, atomically. 0; -ENOENT when the guest has no board. */
int board_post(const struct peer *p, const char *name, const char *text,
               struct err *err);

/* Remove answers older than BOARD_REPLY_TIME at now, and all but the newest;
 * *ret_next is when the next one will be (0: none is left). */
int board_sweep(const struct peer *p, time_t now, time_t *ret_next,
                struct err *err);
