/* SPDX-License-Identifier: MIT */
/*
 * The floor's cable: one RTM_NEWLINK makes the pair, attached and up on the
 * host's side and born as eth0 in the other namespace; then its address, and
 * up. The link is left to die with the namespace.
 */
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "floor-cable.h"

struct requests {
	int fd;
	size_t len, begun;
	char bytes[1024] __attribute__((aligned(NLMSG_ALIGNTO)));
};

static void put_bytes(struct requests *r, const void *bytes, size_t size)
{
	memcpy(r->bytes + r->len, bytes, size);
	r->len += NLMSG_ALIGN(size);
	((struct nlmsghdr *)(r->bytes + r->begun))->nlmsg_len =
		(uint32_t)(r->len - r->begun);
}

static void begin(struct requests *r, unsigned type, unsigned flags,
                  const void *head, size_t size)
{
	struct nlmsghdr header = {
		.nlmsg_type = (uint16_t)type,
		.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags)};

	r->begun = r->len;
	put_bytes(r, &header, sizeof(header));
	put_bytes(r, head, size);
}

static size_t put(struct requests *r, unsigned type, const void *data,
                  size_t size)
{
	struct rtattr attr = {.rta_type = (uint16_t)type,
	                      .rta_len = (uint16_t)RTA_LENGTH(size)};
	size_t at = r->len;

	put_bytes(r, &attr, sizeof(attr));
	put_bytes(r, data, size);
	return at;
}

/* What was put since then lies in the attribute at. */
static void nest_end(struct requests *r, size_t at)
{
	((struct rtattr *)(r->bytes + at))->rta_len = (uint16_t)(r->len - at);
}

/* Send n requests at once. 0, or -1 and errno as the first failure has it. */
static int ask(struct requests *r, int n)
{
	char answers[4096] __attribute__((aligned(NLMSG_ALIGNTO)));
	int error = 0;

	need((int)send(r->fd, r->bytes, r->len, 0), "send to netlink");
	r->len = 0;
	while (n > 0) {
		size_t left = (size_t)need(
			(int)recv(r->fd, answers, sizeof(answers), 0),
			"hear from netlink");
		struct nlmsghdr *at = (struct nlmsghdr *)answers;

		for (; NLMSG_OK(at, left); at = NLMSG_NEXT(at, left), n--)
			if (!error)
				error = -*(int *)NLMSG_DATA(at);
	}
	errno = error;
	return error ? -1 : 0;
}

/* -1 and errno where there is none of that name. */
static int index_of(int fd, const char *name)
{
	struct ifreq link;

	strcpy(link.ifr_name, name);
	return ioctl(fd, SIOCGIFINDEX, &link) < 0 ? -1 : link.ifr_ifindex;
}

static int make_pair(struct requests *r, const struct cable *cable, int net_fd)
{
	struct ifinfomsg host = {.ifi_flags = IFF_UP, .ifi_change = IFF_UP};
	struct ifinfomsg guest = {0};
	int bridge = need(index_of(r->fd, cable->bridge), cable->bridge);
	size_t info, data, peer;

	begin(r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &host, sizeof(host));
	put(r, IFLA_IFNAME, cable->link, strlen(cable->link) + 1);
	put(r, IFLA_MASTER, &bridge, sizeof(bridge));
	info = put(r, IFLA_LINKINFO, "", 0);
	put(r, IFLA_INFO_KIND, "veth", 5);
	data = put(r, IFLA_INFO_DATA, "", 0);
	peer = put(r, VETH_INFO_PEER, "", 0);
	put_bytes(r, &guest, sizeof(guest));
	put(r, IFLA_IFNAME, "eth0", 5);
	put(r, IFLA_NET_NS_FD, &net_fd, sizeof(net_fd));
	nest_end(r, peer);
	nest_end(r, data);
	nest_end(r, info);
	return ask(r, 1);
}

/*
 * The link of the life before dies some 25 ms after its namespace was given up,
 * and its name is taken until then: it gets another. Only a link that is down
 * can be renamed before Linux 6.2.
 */
static void retire(struct requests *r, const struct cable *cable)
{
	struct ifinfomsg down = {.ifi_change = IFF_UP};
	char name[IFNAMSIZ];

	down.ifi_index = index_of(r->fd, cable->link);
	if (down.ifi_index < 0)
		return; /* by now it is gone */
	snprintf(name, sizeof(name), "dying%d", down.ifi_index);
	begin(r, RTM_SETLINK, 0, &down, sizeof(down));
	down.ifi_change = 0;
	begin(r, RTM_SETLINK, 0, &down, sizeof(down));
	put(r, IFLA_IFNAME, name, strlen(name) + 1);
	if (ask(r, 2) < 0 && errno != ENODEV)
		fail("rename the link that is dying");
}

static void configure(struct requests *r, const struct cable *cable)
{
	int eth0 = need(index_of(r->fd, "eth0"), "eth0");
	struct ifaddrmsg address = {.ifa_family = AF_INET,
	                            .ifa_prefixlen = cable->length,
	                            .ifa_index = (uint32_t)eth0};
	struct ifinfomsg up = {
		.ifi_index = eth0, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
	uint32_t broadcast =
		cable->address | htonl(UINT32_MAX >> cable->length);

	if (cable->length) {
		begin(r, RTM_NEWADDR, NLM_F_CREATE, &address, sizeof(address));
		put(r, IFA_LOCAL, &cable->address, sizeof(cable->address));
		put(r, IFA_ADDRESS, &cable->address, sizeof(cable->address));
		put(r, IFA_BROADCAST, &broadcast, sizeof(broadcast));
	}
	begin(r, RTM_NEWLINK, 0, &up, sizeof(up));
	need(ask(r, cable->length ? 2 : 1), "configure eth0");
}

int cable_socket(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

void cable_parse(struct cable *cable, const char *text, const char *name)
{
	char copy[80], *comma, *slash;

	errno = EINVAL;
	if (strlen(text) >= sizeof(copy))
		fail("take that cable");
	strcpy(copy, text);
	comma = strchr(copy, ',');
	if (comma) {
		*comma++ = '\0';
		slash = strchr(comma, '/');
		if (!slash)
			fail("take an address without /LEN");
		*slash++ = '\0';
		cable->length = (uint8_t)atoi(slash);
		if (inet_pton(AF_INET, comma, &cable->address) != 1 ||
		    cable->length < 1 || cable->length > 31)
			fail("take that address");
	}
	if (strlen(copy) >= IFNAMSIZ || strlen(name) + 1 >= IFNAMSIZ)
		fail("take a name of more than 15 bytes");
	strcpy(cable->bridge, copy);
	sprintf(cable->link, "%s0", name);
}

void cable_make(const struct cable *cable, int net_fd, int netlink_fd)
{
	struct requests r = {.fd = need(cable_socket(), "open netlink")};

	while (make_pair(&r, cable, net_fd) < 0) {
		if (errno != EEXIST)
			fail("make the cable");
		retire(&r, cable);
	}
	close(r.fd);
	r.fd = netlink_fd;
	configure(&r, cable);
	close(netlink_fd);
}
