/* SPDX-License-Identifier: MIT */
/* The phases of casts: a sub host begins to share when its root is whole, and
 * ends before that is taken down. */
#pragma once

struct err;
struct life;

/* From now on casts may come and go; those it has already do. */
int sharing_begin(struct life *l, struct err *err);

/* Before its tmpfs are mounted: what was cast there while it slept. */
int sharing_clear(struct life *l, struct err *err);

/* When it is hibernated, what lay on its tmpfs, or came from there, waits. */
int sharing_settle(struct life *l, struct err *err);

/* Take what it gave off all others; who of them still holds something is
 * waited for, as long as for its init, or ended where that was asked for. */
int sharing_end(struct life *l, struct err *err);

/* Once nothing of it is mounted any more: what hung there. Whoever comes after
 * one that was killed before that has to know. */
void sharing_forget(const struct life *l);
