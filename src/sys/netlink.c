/* SPDX-License-Identifier: MIT */
/*
 * Requests wait in one buffer until they are sent. Every one is acknowledged,
 * or asks for something: for one thing, which is its end, or for many, which
 * end with NLMSG_DONE. So it is known when all is said.
 */
#include "sys/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/mem.h"

#define AT_ONCE      32    /* requests: their answers fit the socket's buffer */
#define ANSWER_BYTES 32768 /* the kernel makes dumps of no larger parts */

static int set_up(int fd)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	int on = 1;

	/* Who else is in the network namespace can send to us, and fill our
	 * buffer: to a connected socket nobody but the kernel can. */
	if (connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;
	/* Text with errors, and acknowledgements without the request in them.
	 */
	if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) < 0)
		return -errno;
	/* Filters of dumps count only so; best effort before Linux 4.20. */
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	return 0;
}

int netlink_open(struct netlink *nl)
{
	AUTO(fd)
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int r = fd < 0 ? -errno : set_up(fd);

	if (r < 0)
		return r;
	*nl = (struct netlink){.fd = fd_take(&fd)};
	return 0;
}

int netlink_open_in(struct netlink *nl, int netns_fd)
{
	AUTO(fd) int own_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int r;

	if (own_fd < 0 || setns(netns_fd, CLONE_NEWNET) < 0)
		return -errno;
	r = netlink_open(nl);
	/* Going on in the wrong namespace is worse than not at all. */
	if (setns(own_fd, CLONE_NEWNET) < 0)
		abort();
	return r;
}

void netlink_done(struct netlink *nl)
{
	fd_auto(&nl->fd);
	free(nl->requests);
	free(nl->answer);
	*nl = (struct netlink)NETLINK_NONE;
}

/* Room for size more bytes, zero, and what aligns them. */
static void *extend(struct netlink *nl, size_t size)
{
	size_t room = NLMSG_ALIGN(size);
	char *at;

	nl->requests = mem_resize(nl->requests, nl->len + room, 1);
	at = nl->requests + nl->len;
	memset(at, 0, room);
	nl->len += room;
	return at;
}

/* Types of requests come in fours: RTM_NEWx, RTM_DELx, RTM_GETx, RTM_SETx. */
static bool is_question(uint16_t type)
{
	return type % 4 == RTM_GETLINK % 4;
}

static struct nlmsghdr *last(struct netlink *nl)
{
	return (void *)(nl->requests + nl->begun);
}

static void count(struct netlink *nl)
{
	last(nl)->nlmsg_len = (uint32_t)(nl->len - nl->begun);
}

void netlink_begin(struct netlink *nl, uint16_t type, uint16_t flags,
                   const void *head, size_t size)
{
	struct nlmsghdr *message;

	nl->begun = nl->len;
	message = extend(nl, sizeof(*message));
	message->nlmsg_type = type;
	message->nlmsg_flags = flags | NLM_F_REQUEST;
	if (!is_question(type))
		message->nlmsg_flags |= NLM_F_ACK;
	message->nlmsg_seq = ++nl->sequence;
	memcpy(extend(nl, size), head, size);
	nl->n++;
	count(nl);
}

void netlink_put(struct netlink *nl, uint16_t attr, const void *data,
                 size_t size)
{
	struct rtattr *a = extend(nl, RTA_LENGTH(size));

	a->rta_type = attr;
	a->rta_len = (uint16_t)RTA_LENGTH(size);
	if (size)
		memcpy(RTA_DATA(a), data, size);
	count(nl);
}

void netlink_put_u32(struct netlink *nl, uint16_t attr, uint32_t value)
{
	netlink_put(nl, attr, &value, sizeof(value));
}

void netlink_put_text(struct netlink *nl, uint16_t attr, const char *text)
{
	netlink_put(nl, attr, text, strlen(text) + 1);
}

size_t netlink_nest(struct netlink *nl, uint16_t attr)
{
	size_t at = nl->len;

	netlink_put(nl, attr | NLA_F_NESTED, NULL, 0);
	return at;
}

void netlink_nest_end(struct netlink *nl, size_t at)
{
	struct rtattr *a = (void *)(nl->requests + at);

	a->rta_len = (uint16_t)(nl->len - at);
}

void netlink_sort(const struct nlmsghdr *message, size_t size,
                  const struct rtattr **table, size_t n)
{
	size_t head = NLMSG_SPACE(size);
	const struct rtattr *a = (const void *)((const char *)message + head);
	int left = (int)message->nlmsg_len - (int)head;

	memset(table, 0, n * sizeof(*table));
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if ((a->rta_type & NLA_TYPE_MASK) < n)
			table[a->rta_type & NLA_TYPE_MASK] = a;
}

/* A part of the requests on its way. */
struct exchange {
	struct netlink *nl;
	netlink_each *each;
	void *arg;
	int *results;   /* of this part; or NULL */
	uint32_t first; /* sequence number of its first */
	unsigned n, left;
	int fault;
};

static void keep_text(struct netlink *nl, const struct nlmsghdr *message)
{
	const struct rtattr *attrs[NLMSGERR_ATTR_MAX + 1];

	/* The acknowledgement is capped: the request's header, then text. */
	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	netlink_sort(message, sizeof(struct nlmsgerr), attrs,
	             NLMSGERR_ATTR_MAX + 1);
	if (attrs[NLMSGERR_ATTR_MSG]) {
		size_t n = RTA_PAYLOAD(attrs[NLMSGERR_ATTR_MSG]);

		n = n < NETLINK_TEXT - 1 ? n : NETLINK_TEXT - 1;
		memcpy(nl->text, RTA_DATA(attrs[NLMSGERR_ATTR_MSG]), n);
		nl->text[n] = '\0';
	}
}

static void end_one(struct exchange *x, const struct nlmsghdr *message,
                    int error)
{
	uint32_t i = message->nlmsg_seq - x->first;

	if (i >= x->n || !x->left)
		return; /* none of ours */
	x->left--;
	if (x->results)
		x->results[i] = error;
	if (error && !x->fault) {
		x->fault = error;
		keep_text(x->nl, message);
	}
}

static void take_answer(struct exchange *x, const struct nlmsghdr *message)
{
	if (x->each)
		x->each(x->arg, message);
	if (!(message->nlmsg_flags & NLM_F_MULTI))
		end_one(x, message, 0);
}

static void take(struct exchange *x, const struct nlmsghdr *message)
{
	const struct nlmsgerr *ack = NLMSG_DATA(message);
	const int *dumped = NLMSG_DATA(message);

	if (message->nlmsg_type == NLMSG_ERROR)
		end_one(x, message, ack->error);
	else if (message->nlmsg_type == NLMSG_DONE)
		end_one(x, message,
		        NLMSG_PAYLOAD(message, 0) >= sizeof(int) ? *dumped : 0);
	else if (message->nlmsg_seq - x->first < x->n)
		take_answer(x, message);
}

/* What a guest sent before the socket was connected is passed over. */
static ssize_t receive(struct netlink *nl)
{
	struct sockaddr_nl from;
	ssize_t n;

	do {
		socklen_t size = sizeof(from);

		n = recvfrom(nl->fd, nl->answer, ANSWER_BYTES, 0,
		             (struct sockaddr *)&from, &size);
	} while (n < 0 ? errno == EINTR : from.nl_pid != 0);
	return n;
}

static int exchange(struct exchange *x, const char *requests, size_t len)
{
	struct netlink *nl = x->nl;

	if (!nl->answer)
		nl->answer = mem_resize(NULL, ANSWER_BYTES, 1);
	if (send(nl->fd, requests, len, 0) < 0)
		return -errno;
	while (x->left) {
		ssize_t n = receive(nl);
		const struct nlmsghdr *message = (void *)nl->answer;

		if (n <= 0)
			return n < 0 ? -errno : -EPROTO;
		for (; NLMSG_OK(message, (size_t)n);
		     message = NLMSG_NEXT(message, n))
			take(x, message);
	}
	return 0;
}

/* The bytes of the next requests, at most AT_ONCE; *ret_n says how many. */
static size_t next_part(const struct netlink *nl, size_t at, unsigned *ret_n)
{
	size_t end = at;
	unsigned n = 0;

	for (; n < AT_ONCE && end < nl->len; n++) {
		const struct nlmsghdr *message = (void *)(nl->requests + end);

		end += NLMSG_ALIGN(message->nlmsg_len);
	}
	*ret_n = n;
	return end - at;
}

int netlink_do(struct netlink *nl, netlink_each *each, void *arg, int *results)
{
	struct exchange x = {.nl = nl,
	                     .each = each,
	                     .arg = arg,
	                     .results = results,
	                     .first = nl->sequence - nl->n + 1};
	size_t part;
	int r = 0;

	*nl->text = '\0';
	for (unsigned i = 0; results && i < nl->n; i++)
		results[i] = -EPROTO; /* until the kernel has said */
	for (size_t at = 0; !r && at < nl->len; at += part) {
		part = next_part(nl, at, &x.n);
		x.left = x.n;
		r = exchange(&x, nl->requests + at, part);
		x.first += x.n;
		x.results = results ? x.results + x.n : NULL;
	}
	nl->len = 0;
	nl->n = 0;
	return r ? r : x.fault;
}
