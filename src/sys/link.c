/* SPDX-License-Identifier: MIT */

#include "sys/link.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/veth.h>
#include <string.h>
#include <sys/socket.h>

#include "base/auto.h"

#define LINK_UP 1 /* IFF_UP; <linux/if.h> and <net/if.h> contradict */

void link_ask(struct netlink *nl, int index, const char *name)
{
	struct ifinfomsg head = {.ifi_index = index};

	netlink_begin(nl, RTM_GETLINK, 0, &head, sizeof(head));
	if (index)
		return;
	/* An alternative name may be longer than a name. */
	netlink_put_text(
		nl, strlen(name) < LINK_NAME ? IFLA_IFNAME : IFLA_ALT_IFNAME,
		name);
}

static void copy_text(char *to, size_t size, const struct rtattr *attr)
{
	size_t n = attr ? RTA_PAYLOAD(attr) : 0;

	n = n < size ? n : size - 1;
	if (n)
		memcpy(to, RTA_DATA(attr), n);
	to[n] = '\0';
}

static uint32_t number(const struct rtattr *attr, uint32_t otherwise)
{
	uint32_t value = otherwise;

	if (attr && RTA_PAYLOAD(attr) >= sizeof(value))
		memcpy(&value, RTA_DATA(attr), sizeof(value));
	return value;
}

static void read_kind(const struct rtattr *info, struct link *ret_link)
{
	struct rtattr *a = RTA_DATA(info);
	int left = (int)RTA_PAYLOAD(info);

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == IFLA_INFO_KIND)
			copy_text(ret_link->kind, sizeof(ret_link->kind), a);
}

static void read_counters(const struct rtattr *attr, struct link *ret_link)
{
	struct rtnl_link_stats64 stats = {0};
	size_t n = RTA_PAYLOAD(attr);

	memcpy(&stats, RTA_DATA(attr), n < sizeof(stats) ? n : sizeof(stats));
	ret_link->rx_bytes = stats.rx_bytes;
	ret_link->rx_packets = stats.rx_packets;
	ret_link->tx_bytes = stats.tx_bytes;
	ret_link->tx_packets = stats.tx_packets;
}

bool link_read(const struct nlmsghdr *message, struct link *ret_link)
{
	const struct rtattr *attrs[IFLA_MAX + 1];
	const struct ifinfomsg *head = NLMSG_DATA(message);

	if (message->nlmsg_type != RTM_NEWLINK ||
	    message->nlmsg_len < NLMSG_LENGTH(sizeof(*head)))
		return false;
	netlink_sort(message, sizeof(*head), attrs, IFLA_MAX + 1);
	*ret_link = (struct link){
		.index = head->ifi_index,
		.is_up = head->ifi_flags & LINK_UP,
		.master = (int)number(attrs[IFLA_MASTER], 0),
		.peer = (int)number(attrs[IFLA_LINK], 0),
		.peer_netns = (int)number(attrs[IFLA_LINK_NETNSID], UINT32_MAX),
		.mtu = number(attrs[IFLA_MTU], 0),
	};
	copy_text(ret_link->name, LINK_NAME, attrs[IFLA_IFNAME]);
	copy_text(ret_link->alias, LINK_ALIAS, attrs[IFLA_IFALIAS]);
	if (attrs[IFLA_LINKINFO])
		read_kind(attrs[IFLA_LINKINFO], ret_link);
	if (attrs[IFLA_STATS64])
		read_counters(attrs[IFLA_STATS64], ret_link);
	if (attrs[IFLA_ADDRESS] && RTA_PAYLOAD(attrs[IFLA_ADDRESS]) == LINK_MAC)
		memcpy(ret_link->mac, RTA_DATA(attrs[IFLA_ADDRESS]), LINK_MAC);
	return true;
}

static void take_one(void *arg, const struct nlmsghdr *message)
{
	link_read(message, arg);
}

static int ask_one(struct netlink *nl, int index, const char *name,
                   struct link *ret_link)
{
	struct link found = {0};
	int r;

	link_ask(nl, index, name);
	r = netlink_do(nl, take_one, &found, NULL);
	if (!r && !found.index)
		r = -EPROTO;
	if (!r)
		*ret_link = found;
	return r;
}

int link_watch(void)
{
	AUTO(fd)
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	                NETLINK_ROUTE);
	struct sockaddr_nl links = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK,
	};

	if (fd < 0 || bind(fd, (struct sockaddr *)&links, sizeof(links)) < 0)
		return -errno;
	return fd_take(&fd);
}

int link_find(struct netlink *nl, const char *name, struct link *ret_link)
{
	return ask_one(nl, 0, name, ret_link);
}

int link_look(struct netlink *nl, int index, struct link *ret_link)
{
	return ask_one(nl, index, NULL, ret_link);
}

struct each_link {
	void (*each)(void *arg, const struct link *link);
	void *arg;
};

static void hand_on(void *arg, const struct nlmsghdr *message)
{
	const struct each_link *e = arg;
	struct link link;

	if (link_read(message, &link))
		e->each(e->arg, &link);
}

int link_each(struct netlink *nl, const char *of_kind, int of_master,
              void (*each)(void *arg, const struct link *link), void *arg)
{
	struct ifinfomsg head = {0};
	struct each_link e = {.each = each, .arg = arg};

	netlink_begin(nl, RTM_GETLINK, NLM_F_DUMP, &head, sizeof(head));
	if (of_master)
		netlink_put_u32(nl, IFLA_MASTER, (uint32_t)of_master);
	if (of_kind) {
		size_t info = netlink_nest(nl, IFLA_LINKINFO);

		netlink_put_text(nl, IFLA_INFO_KIND, of_kind);
		netlink_nest_end(nl, info);
	}
	return netlink_do(nl, hand_on, &e, NULL);
}

static void put_peer(struct netlink *nl, const struct link_veth *veth)
{
	struct ifinfomsg head = {0};
	size_t info = netlink_nest(nl, IFLA_LINKINFO), data, peer;

	netlink_put_text(nl, IFLA_INFO_KIND, "veth");
	data = netlink_nest(nl, IFLA_INFO_DATA);
	peer = nl->len;
	/* A link's fixed part, and its attributes behind it. */
	netlink_put(nl, VETH_INFO_PEER | NLA_F_NESTED, &head, sizeof(head));
	netlink_put_text(nl, IFLA_IFNAME, veth->peer_name);
	netlink_put(nl, IFLA_ADDRESS, veth->peer_mac, LINK_MAC);
	netlink_put_u32(nl, IFLA_NET_NS_FD, (uint32_t)veth->peer_netns_fd);
	if (veth->peer_mtu)
		netlink_put_u32(nl, IFLA_MTU, veth->peer_mtu);
	netlink_nest_end(nl, peer);
	netlink_nest_end(nl, data);
	netlink_nest_end(nl, info);
}

void link_make_veth(struct netlink *nl, const struct link_veth *veth)
{
	struct ifinfomsg head = {0};

	netlink_begin(nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &head,
	              sizeof(head));
	netlink_put_text(nl, IFLA_IFNAME, veth->name);
	netlink_put(nl, IFLA_ADDRESS, veth->mac, LINK_MAC);
	if (veth->mtu)
		netlink_put_u32(nl, IFLA_MTU, veth->mtu);
	if (veth->master)
		netlink_put_u32(nl, IFLA_MASTER, (uint32_t)veth->master);
	put_peer(nl, veth);
}

void link_make_bridge(struct netlink *nl, const char *name,
                      const uint8_t mac[LINK_MAC])
{
	struct ifinfomsg head = {0};
	size_t info;

	netlink_begin(nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &head,
	              sizeof(head));
	netlink_put_text(nl, IFLA_IFNAME, name);
	netlink_put(nl, IFLA_ADDRESS, mac, LINK_MAC);
	info = netlink_nest(nl, IFLA_LINKINFO);
	netlink_put_text(nl, IFLA_INFO_KIND, "bridge");
	netlink_nest_end(nl, info);
}

void link_delete(struct netlink *nl, int index)
{
	struct ifinfomsg head = {.ifi_index = index};

	netlink_begin(nl, RTM_DELLINK, 0, &head, sizeof(head));
}

void link_set(struct netlink *nl, const struct link_change *change)
{
	struct ifinfomsg head = {
		.ifi_index = change->index,
		.ifi_flags = change->up > 0 ? LINK_UP : 0,
		.ifi_change = change->up ? LINK_UP : 0,
	};

	netlink_begin(nl, RTM_NEWLINK, 0, &head, sizeof(head));
	if (!change->index)
		netlink_put_text(nl, IFLA_IFNAME, change->name);
	else if (change->rename)
		netlink_put_text(nl, IFLA_IFNAME, change->rename);
	if (change->alias)
		netlink_put(nl, IFLA_IFALIAS, change->alias,
		            strlen(change->alias));
	if (change->master)
		netlink_put_u32(nl, IFLA_MASTER, (uint32_t)*change->master);
}

static void put_altname(struct netlink *nl, const char *altname)
{
	size_t list = netlink_nest(nl, IFLA_PROP_LIST);

	netlink_put_text(nl, IFLA_ALT_IFNAME, altname);
	netlink_nest_end(nl, list);
}

void link_add_altname(struct netlink *nl, const char *name, const char *altname)
{
	struct ifinfomsg head = {0};

	netlink_begin(nl, RTM_NEWLINKPROP,
	              NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND, &head,
	              sizeof(head));
	netlink_put_text(nl, IFLA_IFNAME, name);
	put_altname(nl, altname);
}

void link_drop_altname(struct netlink *nl, int index, const char *altname)
{
	struct ifinfomsg head = {.ifi_index = index};

	netlink_begin(nl, RTM_DELLINKPROP, 0, &head, sizeof(head));
	put_altname(nl, altname);
}

struct mac_found {
	int port;
	bool is_own;
};

static void take_port(void *arg, const struct nlmsghdr *message)
{
	const struct ndmsg *head = NLMSG_DATA(message);
	struct mac_found *f = arg;

	if (message->nlmsg_type != RTM_NEWNEIGH)
		return;
	f->port = head->ndm_ifindex;
	f->is_own = head->ndm_state & NUD_PERMANENT;
}

int link_find_mac(struct netlink *nl, int bridge, const uint8_t mac[LINK_MAC],
                  bool *ret_is_own)
{
	struct ndmsg head = {.ndm_family = AF_BRIDGE};
	struct mac_found found = {0};
	int r;

	netlink_begin(nl, RTM_GETNEIGH, 0, &head, sizeof(head));
	netlink_put(nl, NDA_LLADDR, mac, LINK_MAC);
	netlink_put_u32(nl, NDA_MASTER, (uint32_t)bridge);
	r = netlink_do(nl, take_port, &found, NULL);
	if (r == -ENOENT)
		return 0;
	*ret_is_own = found.is_own;
	return r < 0 ? r : found.port;
}
