/* SPDX-License-Identifier: MIT */
/*
 * User namespaces and the network namespaces made inside them. A helper makes
 * both while the caller goes on: the network namespace is the dearest thing of
 * a whole start, the user namespace is there at once.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "sys/process.h"

#define USERNS_IDS 65536u /* how many ids a user namespace maps, from 0 on */

struct userns_maker {
	struct process helper;
	int channel_fd; /* its end of the conversation; -1: none */
};

/*
 * Start making: a user namespace unless base is 0 (then none), charged to and
 * owned by uid base; and with_net, a network namespace in it with lo up and
 * called alias. 0 or -errno.
 */
int userns_begin(struct userns_maker *m, uid_t base, bool with_net,
                 const char *alias);

/* The user namespace, its ids 0… mapped to base…: a descriptor or -errno. Not
 * to be asked for when none is made (base 0). */
int userns_get_user(struct userns_maker *m, uid_t base);

/* Wait for the network namespace: a descriptor or -errno. */
int userns_get_net(struct userns_maker *m);

/* End the helper; what it made lives on in the descriptors taken. Also what
 * a maker needs that was never begun ({.helper.pid_fd = -1,
 * .channel_fd = -1}) or failed on the way. */
void userns_done(struct userns_maker *m);

/* The user namespace that owns a network namespace: a descriptor or -errno. */
int userns_of_net(int netns_fd);

#define USERNS_MAKER_NONE                                                      \
	{                                                                      \
		.helper.pid_fd = -1, .channel_fd = -1                          \
	}

static inline void userns_maker_auto(struct userns_maker *m)
{
	userns_done(m);
}
