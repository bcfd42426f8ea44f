/* SPDX-License-Identifier: MIT */
/*
 * The root of a sub host, live: a bind of its own tree when there is no base,
 * else an overlay of it over the base. Made detached, so that nothing is to be
 * undone until it is attached.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/declaration.h"

struct buf;
struct err;
struct sub;

/* Where the writable part is: the sub host's directory, or its image. */
struct root_request {
	const struct declaration *declaration;
	int image_fd;       /* the root of mnt; -1 when there is no image */
	int userns_fd;      /* whose ids live shows; -1: the host's */
	uid_t base;         /* the host id of guest id 0 */
	const char *source; /* what the mount table shall say */
	struct buf *notes;  /* gets what the user should know, a line each */
};

/* Does the sub host have an image file? 1, 0, or negative with err. */
int root_has_image(const struct sub *s, struct err *err);

/* Mount the image, detached. */
int root_open_image(const struct sub *s, unsigned partition, int *ret_mount_fd,
                    struct err *err);

/* Make live, detached and shared: *ret_mount_fd is the caller's. */
int root_make(const struct sub *s, const struct root_request *req,
              int *ret_mount_fd, struct err *err);

/* Open the directory live or mnt to attach on, making it if need be. */
int root_open_point(const struct sub *s, const char *name, int *ret_fd,
                    struct err *err);

/* A tmpfs of ours on a directory of live. */
struct root_tmpfs {
	int live_fd;
	const char *path;   /* in the guest */
	const char *source; /* what the mount table shall say */
	uid_t base;         /* its owner: guest root */
	uint64_t known;     /* its mount id, if it was written down; else 0 */
};

/* Mount it; *ret_id is its mount id. What of ours lies there already, left by
 * a start that was killed, is taken off first. */
int root_mount_tmpfs(const struct root_tmpfs *t, uint64_t *ret_id,
                     struct err *err);

/* Take it off, if it is still where it was made. */
int root_unmount_tmpfs(const struct root_tmpfs *t, struct err *err);
