/* SPDX-License-Identifier: MIT */
/* Network namespaces that stay: a name in /run/netns, as ip-netns(8) has. */
#pragma once

#include <stdint.h>

struct buf;

#define NETNS_DIR "/run/netns"

/* Bring lo of the caller's network namespace up and give it an alias: the
 * mark that says whose it is. 0 or -errno. */
int netns_raise_lo(const char *alias);

/* Append lo's alias in that namespace: 0 or -errno. */
int netns_read_alias(int netns_fd, struct buf *b);

/* Which namespace a descriptor or a name stands for. */
struct netns_identity {
	uint64_t dev, inode;
};

int netns_identify(int netns_fd, struct netns_identity *ret_identity);

/* Pin a namespace as NETNS_DIR/name: 0; -EEXIST when the name is taken. */
int netns_pin(int netns_fd, const char *name);

/* Open what is pinned under a name: a descriptor, or -ENOENT when no namespace
 * is (a plain file may lie there all the same: a pin that was cut short). */
int netns_open(const char *name);

/* Remove the empty file of a pin that was cut short, if one is there: 0. */
int netns_unpin_leftover(const char *name);

/* Give up a name. The kernel ends the namespace in its own time once nobody
 * uses it. 0, also when there was none, or -errno. */
int netns_unpin(const char *name);
