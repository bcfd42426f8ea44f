/* SPDX-License-Identifier: MIT */
/* The read-only layers under an overlay: what BASE names, opened. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

struct declaration;
struct err;
struct sub;

struct layers {
	int *fds; /* detached mounts, top first; owned */
	size_t n;
	int userns_fd; /* whose ids they show; -1: the host's */
	uid_t base;    /* the host id of its id 0 */
};

void layers_done(struct layers *l);

/*
 * Open each entry of d's base: a directory, an image, or "/", which gets a
 * layer of ours on top that hides what no guest should see, and BASE_HIDE.
 */
int layers_open(struct layers *l, const struct sub *s,
                const struct declaration *d, struct err *err);

/* Shape a detached mount for the ids of userns_fd; what names it in the error,
 * which says which filesystem cannot do it and how to go on. */
int layers_idmap(int mount_fd, int userns_fd, const char *what,
                 struct err *err);

static inline void layers_auto(struct layers *l)
{
	layers_done(l);
}
