/* SPDX-License-Identifier: MIT */
/*
 * A tree copied: owners, modes, times, extended attributes, hard links, holes;
 * shared with the original where the filesystem can (reflinks). What is mounted
 * in it is left out.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct buf;
struct err;
struct links;
struct progress;

struct copying {
	const char *from_path, *to_path; /* for messages */
	int from_fd, to_fd;              /* directories; to_fd is empty */
	/* Of a sub host: its devices (an overlay's whiteouts), and what an
	 * overlay notes of it, are kept too. */
	bool is_faithful;
	dev_t skip_dev; /* a directory that is left out; ino 0: none */
	ino_t skip_ino;
	/* What an entry of the top is called in the copy, NULL: it is left out;
	 * or NULL. */
	const char *(*rename)(void *arg, const char *name);
	void *arg;
	struct progress *progress; /* or NULL */
	/* What was left out. */
	unsigned devices, mounts, attributes;
	/* At work: */
	struct buf *at; /* where we are */
	struct links *links;
};

/* 0, or negative with a part of it copied. */
int copy_tree(struct copying *c, struct err *err);

/* Append what was left out, a line each. */
void copy_tell(const struct copying *c, struct buf *notes);

/* The bytes of a file, holes as holes. 0; -EINTR when we are asked to stop;
 * -errno. */
int copy_bytes(int from_fd, int to_fd, uint64_t size,
               struct progress *progress);

/* Owner, extended attributes, mode and times of what is open. 0 or -errno;
 * *lost counts the attributes that cannot be kept there. */
struct stat;
int copy_nature(int from_fd, int to_fd, const struct stat *st, bool is_faithful,
                unsigned *lost);
