/* SPDX-License-Identifier: MIT */
/*
 * NOTIFY=yes: the socket on which init says how it is, as sd_notify(3) does. It
 * has an abstract name, and is made in the guest's network namespace.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define NOTIFY_NAME_BYTES 48

/* A name that nobody guesses, beginning with '@'. 0 or -errno. */
int notify_make_name(char ret_name[static NOTIFY_NAME_BYTES]);

/* Make the socket of that name in a network namespace (-1: the present one): a
 * descriptor or -errno, EADDRINUSE where the name is taken. */
int notify_open(int net_fd, const char *name);

/* What one message says. */
struct notify {
	pid_t sender; /* as the host sees it; 0: it cannot */
	bool ready, stopping;
	char status[128]; /* STATUS=, any bytes; "": not said */
};

/* Take the next message: true, or false when there is none. */
bool notify_take(int fd, struct notify *ret);

/* Is the sender in init's pid namespace, or one below? A sender that has ended
 * since counts as one where lenient says so. */
bool notify_is_from(const struct notify *n, pid_t init, bool lenient);
