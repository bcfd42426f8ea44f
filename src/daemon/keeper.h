/* SPDX-License-Identifier: MIT */
/*
 * Who is up: each sub host that has a record in SUBHOST_RUN and a live that is
 * mounted is a guest, and is listened to: its /.syscmd is watched, or where it
 * has none, its root, until it makes one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/inotify.h>

struct daemon;
struct guest;

/* Watch SUBHOST_RUN, and listen to all who are up. 0 or -errno. */
int keeper_begin(struct daemon *d);
void keeper_end(struct daemon *d);

/* The guest of that name, or NULL. */
struct guest *keeper_find(const struct daemon *d, const char *name);

/* Is it some guest's? */
bool keeper_has_watch(const struct daemon *d, int watch);

/* Look at everybody again: something was missed. */
void keeper_look_at_all(struct daemon *d);

/* An event of SUBHOST_RUN, or of a guest's. */
void keeper_hear(struct daemon *d, const struct inotify_event *event,
                 const char *name);

/* See whether the guest at that place is up, and listen to it. False: it is
 * not, and is forgotten. */
bool keeper_look(struct daemon *d, size_t at);

/* List its folder once a second instead of watching it: why is told, once a
 * minute. */
void keeper_crowd(struct daemon *d, struct guest *g, const char *why);
