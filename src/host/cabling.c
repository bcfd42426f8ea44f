/* SPDX-License-Identifier: MIT */
/*
 * A link is ours when its alias says so. Between its birth and its alias it is
 * known by its MAC, which is made of the one inside and of nothing else.
 */
#include "host/cabling.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "host/cables.h"
#include "sub/sub.h"
#include "sys/route.h"

#define MARK_START "subhost:" /* of every sub host's mark */
#define SETTLE_MAX 16         /* names that vanish or give way meanwhile */

int cabling_fail(const struct job *j, const struct patch *p, int r,
                 const char *what, struct err *err)
{
	err_set(err, r, "cannot %s cable %u (%s%s%s)", what, p->number,
	        *p->link ? p->link : p->inside,
	        *p->wanted->bridge ? " on " : "", p->wanted->bridge);
	return *j->out.text ? err_hint(err, "the kernel says: %s", j->out.text)
	                    : r;
}

/* The next name that it could have: false when there is none. */
static bool next_name(const struct job *j, struct patch *p)
{
	while (p->try < CABLE_NAME_TRIES)
		if (cable_link_name(j->c->sub->name, p->number, p->try++,
		                    p->link))
			return true;
	return false;
}

unsigned cabling_mtu_outside(const struct patch *p)
{
	return p->wanted->mtu > p->mtu ? p->wanted->mtu : p->mtu;
}

static void ask_for(struct job *j, const struct patch *p)
{
	link_make_veth(
		&j->out,
		&(struct link_veth){
			.name = p->link,
			.mac = p->outside.bytes,
			.mtu = cabling_mtu_outside(p),
			.master = p->bridge,
			.peer_netns_fd = j->c->net_fd,
			.peer_name = p->inside,
			.peer_mac = p->mac.bytes,
			.peer_mtu = p->wanted->mtu ? p->wanted->mtu : p->mtu,
		});
}

/* The alternative name of one whose NAME and number fit in no link name. */
static bool long_name(const struct job *j, const struct patch *p,
                      char ret_name[static NAME_BYTES + 8])
{
	char link[LINK_NAME];

	snprintf(ret_name, NAME_BYTES + 8, "%s%u", j->c->sub->name, p->number);
	return !cable_link_name(j->c->sub->name, p->number, 0, link);
}

/* Take its names and its bridge from a cable of an earlier life: its namespace
 * is gone and it will follow, or an administrator holds that and it stays. */
static int retire(struct job *j, const struct patch *p, const struct link *old)
{
	char altname[NAME_BYTES + 8];
	int none = 0, r;

	/* Before Linux 6.2 one that is up cannot be renamed. The kernel puts a
	 * number that is free. */
	link_set(&j->out, &(struct link_change){.index = old->index,
	                                        .master = &none,
	                                        .up = -1});
	link_set(&j->out, &(struct link_change){.index = old->index,
	                                        .rename = "gone%d"});
	r = netlink_do(&j->out, NULL, NULL, NULL);
	if (!r && long_name(j, p, altname)) {
		link_drop_altname(&j->out, old->index, altname);
		netlink_do(&j->out, NULL, NULL, NULL); /* had it none, good */
	}
	return r == -ENODEV ? 0 : r;
}

static int remove_leftover(struct job *j, const struct link *old)
{
	int r;

	link_delete(&j->out, old->index);
	r = netlink_do(&j->out, NULL, NULL, NULL);
	return r == -ENODEV ? 0 : r;
}

static bool is_ours(const struct job *j, const struct patch *p,
                    const struct link *link)
{
	if (*link->alias)
		return !strcmp(link->alias, j->c->sub->mark);
	return !strcmp(link->kind, "veth") &&
	       !memcmp(link->mac, p->outside.bytes, LINK_MAC);
}

/* Its name is taken: 0 when it may be tried again, with this name or the
 * next. */
static int give_way(struct job *j, struct patch *p, unsigned *free_before,
                    struct err *err)
{
	struct link taken;
	int r = link_find(&j->out, p->link, &taken);

	if (r == -ENODEV && !(*free_before)++)
		return 0; /* it was just going */
	if (r == -ENODEV)
		return err_say(err, -EEXIST,
		               "cannot make cable %u: inside there is "
		               "another link %s",
		               p->number, p->inside);
	if (!r && is_ours(j, p, &taken))
		r = j->is_up ? remove_leftover(j, &taken)
		             : retire(j, p, &taken);
	else if (!r && strncmp(taken.alias, MARK_START, strlen(MARK_START)))
		return err_say(err, -EEXIST,
		               "cannot make cable %u: there is a link %s that "
		               "is not ours",
		               p->number, p->link);
	else if (!r && !next_name(j, p))
		r = -EEXIST;
	return r < 0 ? cabling_fail(j, p, r, "make room for", err) : 0;
}

static int settle(struct job *j, struct patch *p, struct err *err)
{
	unsigned free_before = 0;
	int r = -EEXIST;

	for (int i = 0; r == -EEXIST && i < SETTLE_MAX; i++) {
		r = give_way(j, p, &free_before, err);
		if (r < 0)
			return r;
		ask_for(j, p);
		r = netlink_do(&j->out, NULL, NULL, NULL);
	}
	return r < 0 ? cabling_fail(j, p, r, "make", err) : 0;
}

int cabling_check_mac(struct job *j, const struct patch *p, struct err *err)
{
	char mac[MAC_TEXT];
	struct link link;
	bool is_own = false;
	int port = link_find_mac(&j->out, p->bridge, p->outside.bytes, &is_own);

	if (port > 0 && is_own && !link_look(&j->out, port, &link) &&
	    !is_ours(j, p, &link)) {
		mac_print(&p->mac, mac);
		return err_say(err, -EADDRINUSE,
		               "cable %u cannot have the MAC %s: the cable %s "
		               "on %s has it",
		               p->number, mac, link.name, p->wanted->bridge);
	}
	if (!p->wanted->has_mac)
		return 0;
	port = link_find_mac(&j->out, p->bridge, p->mac.bytes, &is_own);
	if (port > 0 && !link_look(&j->out, port, &link) &&
	    !is_ours(j, p, &link)) {
		mac_print(&p->mac, mac);
		buf_printf(j->c->notes,
		           "cable %u: %s has seen its MAC %s behind %s\n",
		           p->number, p->wanted->bridge, mac, link.name);
	}
	return 0;
}

/* All that are missing, in one send; then those whose name was taken. */
static int make(struct job *j, struct err *err)
{
	AUTO(mem) int *results = mem_new0((j->n + 1) * sizeof(*results));
	const int *result = results;
	int r = 0;

	for (struct patch *p = j->v; !r && p < j->v + j->n; p++) {
		if (p->is_there)
			continue;
		r = p->bridge ? cabling_check_mac(j, p, err) : 0;
		next_name(j, p);
	}
	if (r < 0)
		return r;
	for (struct patch *p = j->v; p < j->v + j->n; p++)
		if (!p->is_there)
			ask_for(j, p);
	netlink_do(&j->out, NULL, NULL, results);
	for (struct patch *p = j->v; !r && p < j->v + j->n; p++) {
		if (p->is_there)
			continue;
		r = *result++;
		if (r == -EEXIST)
			r = settle(j, p, err);
		else if (r < 0)
			r = cabling_fail(j, p, r, "make", err);
	}
	return r;
}

/*
 * An end that is attached to nothing, or whose bridge is taken away, must not
 * lead to the host: without IPv6 it takes no router's advice and has no
 * address; by rp_filter it takes nothing from where it has no route to. At a
 * bridge neither is asked for, and others are spared its announcements.
 */
static int shut(struct job *j, const struct patch *p, struct err *err)
{
	static const char *const settings[][2] = {{"ipv6", "disable_ipv6"},
	                                          {"ipv4", "rp_filter"}};

	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		AUTO(buf) struct buf path = {0};
		int r;

		buf_printf(&path, "/proc/sys/net/%s/conf/%s/%s", settings[i][0],
		           p->link, settings[i][1]);
		r = file_write(AT_FDCWD, path.data, "1");
		/* A kernel without IPv6 has none. */
		if (r < 0 && r != -ENOENT)
			return cabling_fail(j, p, r, "protect", err);
	}
	return 0;
}

static int mark(struct job *j, const struct patch *p, struct err *err)
{
	char altname[NAME_BYTES + 8];
	int results[2] = {0}, r;

	link_set(&j->out, &(struct link_change){.name = p->link,
	                                        .alias = j->c->sub->mark,
	                                        .up = 1});
	if (long_name(j, p, altname))
		link_add_altname(&j->out, p->link, altname);
	r = netlink_do(&j->out, NULL, NULL, results);
	/* Where somebody has that already, it goes without. */
	if (r == -EEXIST && !results[0])
		r = 0;
	return r < 0 ? cabling_fail(j, p, r, "mark", err) : 0;
}

int cabling_make(struct job *j, struct err *err)
{
	int r = make(j, err);

	for (struct patch *p = j->v; !r && p < j->v + j->n; p++) {
		if (p->is_there)
			continue;
		r = shut(j, p, err);
		if (!r)
			r = mark(j, p, err);
	}
	return r;
}

static void add_address(struct netlink *in, int index, const struct address *a)
{
	struct route_address address = {.is_v6 = a->is_v6, .length = a->length};
	uint8_t broadcast[4];

	memcpy(address.bytes, a->bytes, sizeof(address.bytes));
	if (address_broadcast(a, broadcast))
		address.broadcast = broadcast;
	route_add_address(in, index, &address);
}

/* Of several gateways the first of each family is preferred, over all cables;
 * it has the kernel's own priority. */
#define LATER_PRIORITY 1024

static void add_gateway(struct netlink *in, const struct patch *p,
                        const struct address *gateway, uint32_t before)
{
	const struct addresses *own = &p->wanted->addresses;
	struct route_gateway g = {
		.is_v6 = gateway->is_v6,
		.is_onlink = true,
		.priority = before ? LATER_PRIORITY + before : 0,
	};

	memcpy(g.bytes, gateway->bytes, sizeof(g.bytes));
	for (size_t i = 0; i < own->n; i++)
		if (address_has(&own->v[i], gateway))
			g.is_onlink = false;
	route_add_default(in, p->inside_index, &g);
}

/* How many gateways of that family are before number i of the cable p. */
static uint32_t gateways_before(const struct job *j, const struct patch *p,
                                size_t i)
{
	bool is_v6 = p->wanted->gateways.v[i].is_v6;
	uint32_t n = 0;

	for (const struct patch *q = j->v; q <= p; q++) {
		const struct addresses *g = &q->wanted->gateways;

		for (size_t k = 0; k < (q == p ? i : g->n); k++)
			n += g->v[k].is_v6 == is_v6;
	}
	return n;
}

static int say_what_failed(const struct patch *p, const struct netlink *in,
                           const int *results, struct err *err)
{
	const struct addresses *a = &p->wanted->addresses;
	const struct addresses *g = &p->wanted->gateways;
	char text[ADDRESS_TEXT] = "up";
	size_t at = 0;

	while (!results[at] || results[at] == -EEXIST)
		at++;
	if (at > a->n)
		address_print(&g->v[at - a->n - 1], false, text);
	else if (at)
		address_print(&a->v[at - 1], true, text);
	err_set(err, results[at], "cannot set cable %u (%s inside) %s%s",
	        p->number, p->inside, at > a->n ? "the gateway " : "", text);
	return *in->text ? err_hint(err, "the kernel says: %s", in->text)
	                 : results[at];
}

static int configure(struct job *j, struct netlink *in, struct patch *p,
                     struct err *err)
{
	const struct addresses *a = &p->wanted->addresses;
	const struct addresses *g = &p->wanted->gateways;
	AUTO(mem) int *results = mem_new0((a->n + g->n + 1) * sizeof(*results));
	bool failed = false;

	link_set(in, &(struct link_change){.index = p->inside_index, .up = 1});
	for (size_t i = 0; i < a->n; i++)
		add_address(in, p->inside_index, &a->v[i]);
	for (size_t i = 0; i < g->n; i++)
		add_gateway(in, p, &g->v[i], gateways_before(j, p, i));
	netlink_do(in, NULL, NULL, results);
	for (size_t i = 0; i < a->n + g->n + 1; i++)
		failed |= results[i] < 0 && results[i] != -EEXIST;
	return failed ? say_what_failed(p, in, results, err) : 0;
}

/* The kernel knows which is the other end, whatever the guest calls it. */
static int find_inside(struct job *j, struct patch *p, struct err *err)
{
	struct link link;
	int r = link_find(&j->out, p->link, &link);

	if (r < 0)
		return cabling_fail(j, p, r, "look at", err);
	p->index = link.index;
	p->inside_index = link.peer;
	return 0;
}

int cabling_configure(struct job *j, struct err *err)
{
	AUTO(netlink) struct netlink in = NETLINK_NONE;
	int r = 0;

	for (struct patch *p = j->v; !r && p < j->v + j->n; p++) {
		if (p->is_there && j->is_same)
			continue;
		if (in.fd < 0)
			r = netlink_open_in(&in, j->c->net_fd);
		if (r < 0)
			return err_set(err, r, "cannot enter its network");
		if (!p->is_there)
			r = find_inside(j, p, err);
		if (!r)
			r = configure(j, &in, p, err);
	}
	return r;
}
