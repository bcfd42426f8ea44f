/* SPDX-License-Identifier: MIT */
/* The one inotify descriptor: opened at start, since a user of the host can
 * take root's later ones. -errno. */
#pragma once

#include <stdint.h>
#include <sys/inotify.h>

/* A descriptor that does not block. */
int ear_open(void);

/* Watch the directory that dir_fd (O_PATH will do) is: a watch, which pins no
 * mount. The same directory's watch is the same. */
int ear_watch(int ear_fd, int dir_fd, uint32_t mask);

/* Watch no more; what was noticed before may still come. */
void ear_forget(int ear_fd, int watch);

/* Hand on whatever was noticed. name is "" where an event has none. */
void ear_listen(int ear_fd,
                void (*hear)(void *arg, const struct inotify_event *event,
                             const char *name),
                void *arg);
