/* SPDX-License-Identifier: MIT */
/*
 * What changes besides the guests' requests: casts.ini and vzdaemon.conf, which
 * the administrator edits; mounts, which a guest can make vanish or move by its
 * rmdir and rename. All of it ends in everybody's casts being looked at.
 */
#pragma once

#include <sys/inotify.h>

struct daemon;
struct err;

/* Watch SUBHOST_ETC, which is made if it is missing, and the mounts. */
int edits_begin(struct daemon *d, struct err *err);

/* An event of SUBHOST_ETC. */
void edits_hear(struct daemon *d, const struct inotify_event *event,
                const char *name);

/* Read both files again. */
void edits_read(struct daemon *d);
