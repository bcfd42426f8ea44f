/* SPDX-License-Identifier: MIT */
/*
 * Paths that accepted casts are made of, watched by the directories they lie
 * in: a source that was missing comes, one that is there is made anew (a
 * service's directory in /run), a target is made at last.
 */
#pragma once

#include <stdint.h>
#include <sys/inotify.h>

struct daemon;
struct guest;

/* One name in a directory that is watched. */
struct awaited {
	int watch;
	char *name; /* owned */
	struct guest *receiver;
	struct guest *in; /* in whose tree; NULL: in the host's */
};

/* Watch for what receiver has accepted by now, and no more for what it had. */
void awaited_look(struct daemon *d, struct guest *receiver);

/* Whatever is watched for it, or in its tree, no longer is. */
void awaited_forget(struct daemon *d, const struct guest *g);

/* An event of any watch. */
void awaited_hear(struct daemon *d, const struct inotify_event *event,
                  const char *name);
