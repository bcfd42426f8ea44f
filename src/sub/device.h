/* SPDX-License-Identifier: MIT */
/* Device nodes of the host's that a sub host is given: DEVICES. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct err;
struct words;

struct device {
	char *name;  /* below /dev: "net/tun"; owned */
	mode_t mode; /* with its type */
	dev_t number;
	bool read, write; /* what the guest may do with it */
};

struct device_list {
	struct device *v;
	size_t n;
};

void device_list_done(struct device_list *list);

/* Look at the host's nodes that the words of DEVICES name. */
int device_list_take(const struct words *words, struct device_list *ret_list,
                     struct err *err);

static inline void device_list_auto(struct device_list *list)
{
	device_list_done(list);
}
