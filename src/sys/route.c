/* SPDX-License-Identifier: MIT */

#include "sys/route.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <string.h>
#include <sys/socket.h>

static size_t size_of(bool is_v6)
{
	return is_v6 ? 16 : 4;
}

static void begin_address(struct netlink *nl, uint16_t type, int index,
                          const struct route_address *a)
{
	struct ifaddrmsg head = {
		.ifa_family = a->is_v6 ? AF_INET6 : AF_INET,
		.ifa_prefixlen = a->length,
		.ifa_flags = a->is_v6 ? IFA_F_NODAD : 0,
		.ifa_index = (uint32_t)index,
	};
	uint16_t flags = type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_EXCL : 0;

	netlink_begin(nl, type, flags, &head, sizeof(head));
	netlink_put(nl, IFA_LOCAL, a->bytes, size_of(a->is_v6));
	netlink_put(nl, IFA_ADDRESS, a->bytes, size_of(a->is_v6));
}

void route_add_address(struct netlink *nl, int index,
                       const struct route_address *a)
{
	begin_address(nl, RTM_NEWADDR, index, a);
	if (a->broadcast)
		netlink_put(nl, IFA_BROADCAST, a->broadcast, 4);
}

void route_remove_address(struct netlink *nl, int index,
                          const struct route_address *a)
{
	begin_address(nl, RTM_DELADDR, index, a);
}

void route_add_default(struct netlink *nl, int index,
                       const struct route_gateway *g)
{
	struct rtmsg head = {
		.rtm_family = g->is_v6 ? AF_INET6 : AF_INET,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
		.rtm_flags = g->is_onlink ? RTNH_F_ONLINK : 0,
	};

	netlink_begin(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &head,
	              sizeof(head));
	netlink_put(nl, RTA_GATEWAY, g->bytes, size_of(g->is_v6));
	netlink_put_u32(nl, RTA_OIF, (uint32_t)index);
	if (g->priority)
		netlink_put_u32(nl, RTA_PRIORITY, g->priority);
}

struct each_address {
	void (*each)(void *arg, const struct route_found *f);
	void *arg;
};

static void hand_on(void *arg, const struct nlmsghdr *message)
{
	const struct ifaddrmsg *head = NLMSG_DATA(message);
	const struct rtattr *attrs[IFA_MAX + 1], *local;
	const struct each_address *e = arg;
	struct route_found f = {0};
	size_t size;

	if (message->nlmsg_type != RTM_NEWADDR ||
	    message->nlmsg_len < NLMSG_LENGTH(sizeof(*head)))
		return;
	netlink_sort(message, sizeof(*head), attrs, IFA_MAX + 1);
	/* IFA_ADDRESS is the other end's, where there is one. */
	local = attrs[IFA_LOCAL] ? attrs[IFA_LOCAL] : attrs[IFA_ADDRESS];
	f.index = (int)head->ifa_index;
	f.is_global = head->ifa_scope == RT_SCOPE_UNIVERSE;
	f.address.is_v6 = head->ifa_family == AF_INET6;
	f.address.length = head->ifa_prefixlen;
	size = size_of(f.address.is_v6);
	if (!local || RTA_PAYLOAD(local) != size)
		return;
	memcpy(f.address.bytes, RTA_DATA(local), size);
	e->each(e->arg, &f);
}

int route_each_address(struct netlink *nl, int index,
                       void (*each)(void *arg, const struct route_found *f),
                       void *arg)
{
	struct each_address e = {.each = each, .arg = arg};
	struct ifaddrmsg head = {.ifa_index = (uint32_t)index};

	netlink_begin(nl, RTM_GETADDR, NLM_F_DUMP, &head, sizeof(head));
	return netlink_do(nl, hand_on, &e, NULL);
}
