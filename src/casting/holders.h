/* SPDX-License-Identifier: MIT */
/*
 * Who still has something open of a cast that is taken off: a lazy unmount
 * leaves open files, working directories and mappings, and with MOUNTS=yes what
 * a guest bound elsewhere. Found in /proc, not by a failing umount.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct buf;
struct err;
struct peer;
struct places;

struct holders {
	struct watched {
		int id; /* of a copy that a guest has of it, or had */
		unsigned major, minor; /* of what it shows: ids come back */
		bool is_held;
	} * mounts;
	size_t n_mounts;
	struct holder {
		pid_t pid;
		char *what; /* "pid 17 (nginx) has open /var/tmp/x"; owned */
	} * v;
	size_t n;
};

void holders_done(struct holders *h);

/* Before it is taken off: note the copies of the mount that fd is the root of,
 * in the mount tables of the receiver's processes. */
int holders_watch(struct holders *h, const struct peer *receiver, int fd);

/* Afterwards: who holds any of them? Of the receiver's processes, or all sub
 * hosts' (NULL). Fills in v anew. */
int holders_find(struct holders *h, const struct places *places,
                 const char *receiver);

/* End them, and wait until they are gone. */
int holders_kill(struct holders *h, struct err *err);

/* Watch what other watches, too. */
void holders_merge(struct holders *h, const struct holders *other);

/* "pid 17 (nginx) has open /var/tmp/x, …": a few, and how many more. */
void holders_print(const struct holders *h, struct buf *b);

/* What somebody still held of name's when it was last looked for (found) is
 * known to its stop: kept in SUBHOST_RUN/.casts, which folder_fd is. Loading
 * adds; with nothing to keep the file is removed. */
void holders_save(const struct holders *h, int folder_fd, const char *name);
void holders_load(struct holders *h, int folder_fd, const char *name);

static inline void holders_auto(struct holders *h)
{
	holders_done(h);
}
