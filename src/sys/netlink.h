/* SPDX-License-Identifier: MIT */
/*
 * rtnetlink(7): requests are put into one buffer, sent together, and their
 * answers and acknowledgements taken. By hand, for Debian has no libmnl for
 * musl.
 *
 *	netlink_begin(&nl, RTM_NEWLINK, NLM_F_CREATE, &head, sizeof(head));
 *	netlink_put_text(&nl, IFLA_IFNAME, "web0");
 *	r = netlink_do(&nl, NULL, NULL, NULL);
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <linux/rtnetlink.h>

#define NETLINK_TEXT 160

struct netlink {
	int fd;
	char *requests; /* owned */
	char *answer;   /* where it is received; owned */
	size_t len;     /* bytes of them */
	size_t begun;   /* where the last one begins */
	unsigned n;     /* how many */
	uint32_t sequence;
	char text[NETLINK_TEXT]; /* the kernel's own words about the first
	                          * request that failed; "" = it had none */
};

#define NETLINK_NONE                                                           \
	{                                                                      \
		.fd = -1                                                       \
	}

/* A socket of the caller's network namespace, or of another: that one must
 * be of this user namespace or one below. 0 or -errno. */
int netlink_open(struct netlink *nl);
int netlink_open_in(struct netlink *nl, int netns_fd);
void netlink_done(struct netlink *nl);

/* Begin a request of type, with its fixed part. NLM_F_REQUEST is added, and
 * NLM_F_ACK unless it asks for something: then the answer says enough. */
void netlink_begin(struct netlink *nl, uint16_t type, uint16_t flags,
                   const void *head, size_t size);
void netlink_put(struct netlink *nl, uint16_t attr, const void *data,
                 size_t size);
void netlink_put_u32(struct netlink *nl, uint16_t attr, uint32_t value);
void netlink_put_text(struct netlink *nl, uint16_t attr, const char *text);

/* What is put between the two lies in attr; *ret_at belongs to the pair. */
size_t netlink_nest(struct netlink *nl, uint16_t attr);
void netlink_nest_end(struct netlink *nl, size_t at);

typedef void netlink_each(void *arg, const struct nlmsghdr *answer);

/*
 * Send all that was begun and take what comes back: each (may be NULL) gets
 * every message that is not an acknowledgement; results (may be NULL) one
 * 0 or -errno for each request, in their order. One that fails does not stop
 * those behind it. 0, or the error of the first that failed; then nl->text.
 */
int netlink_do(struct netlink *nl, netlink_each *each, void *arg, int *results);

/* Sort the attributes behind a fixed part of size bytes into table, by type
 * below n; what is not there is NULL. */
void netlink_sort(const struct nlmsghdr *message, size_t size,
                  const struct rtattr **table, size_t n);

static inline void netlink_auto(struct netlink *nl)
{
	netlink_done(nl);
}
