/* SPDX-License-Identifier: MIT */
/*
 * A bridge is added by a table of steps. Each is undone, backwards, when a
 * later one fails. The first makes the bridge with its mark, which says what
 * the others are about to do: so whatever ends us in between, bridge_remove()
 * knows what to take away.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/mac.h"
#include "net/bridge.h"
#include "net/forward.h"
#include "net/nat.h"
#include "sub/machine.h"
#include "sys/route.h"

struct adding {
	struct bridges *host;
	const struct bridge_wish *wish;
	struct bridge before; /* index 0: there was none */
	struct mark mark;     /* that it gets */
	struct addresses all; /* that it will have */
	size_t n_before;      /* how many of them it has, the first ones */
	size_t n_added;
	bool switches[FAMILIES]; /* forwarding is off, and needed */
	int index;
	struct nat nat;
};

static void adding_auto(struct adding *a)
{
	bridge_done(&a->before);
	mark_done(&a->mark);
	addresses_done(&a->all);
	nat_done(&a->nat);
}

/* --- what is to be done ----------------------------------------------------
 */

/* Take one that is wished for, unless it is there. */
static int plan_address(struct adding *a, const struct address *one,
                        struct err *err)
{
	char text[ADDRESS_TEXT], other[ADDRESS_TEXT];

	for (size_t i = 0; i < a->all.n; i++) {
		const struct address *has = &a->all.v[i];

		if (!address_equals(has, one))
			continue;
		if (has->length == one->length)
			return 0;
		address_print(one, true, text);
		address_print(has, true, other);
		return err_say(err, -EEXIST,
		               "cannot give %s the address %s: %s %s",
		               a->wish->name, text, other,
		               i < a->n_before ? "is there already"
		                               : "was asked for, too");
	}
	addresses_add(&a->all, one);
	return 0;
}

static bool will_have(const struct adding *a, enum family family)
{
	for (size_t i = 0; i < a->all.n; i++)
		if (a->all.v[i].is_v6 == (family == FAMILY_IPV6))
			return true;
	return false;
}

/* Take over what another instance's bridge says of forwarding, if it is that
 * which switched it on. */
static int join_instance(struct adding *a, enum family family, struct err *err)
{
	struct bridge *v;
	size_t n;
	int r = bridge_list(a->host, &v, &n, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		struct mark *m = &v[i].mark;

		if (m->owner == OWNER_INSTANCE && m->forwards[family] &&
		    !a->mark.forwards[family]) {
			a->mark.forwards[family] = true;
			a->mark.kept[family] = m->kept[family];
			m->kept[family] = (struct words){0};
		}
		bridge_done(&v[i]);
	}
	free(v);
	return 0;
}

/* Whoever finds forwarding on did not switch it on; but instances, which do not
 * write each other's marks, all say so: the last one switches it off. */
static int plan_forward(struct adding *a, enum family family, struct err *err)
{
	int r;

	if (!a->mark.has_nat || !will_have(a, family))
		return 0;
	r = forward_read(family);
	if (r > 0)
		return join_instance(a, family, err);
	a->switches[family] = !r;
	if (!r && !a->mark.forwards[family])
		r = forward_keep(family, &a->mark.kept[family]);
	a->mark.forwards[family] = true;
	return r < 0 ? err_set(err, r, "cannot read %s, for --nat of %s",
	                       forward_name(family), a->wish->name)
	             : 0;
}

static int plan(struct adding *a, struct err *err)
{
	const struct bridge_wish *w = a->wish;
	AUTO(buf) struct buf alias = {0};
	int r = 0;

	mark_copy(&a->before.mark, &a->mark);
	a->mark.owner = OWNER_US;
	a->mark.has_nat |= w->has_nat;
	for (size_t i = 0; i < a->before.addresses.n; i++)
		addresses_add(&a->all, &a->before.addresses.v[i]);
	a->n_before = a->all.n;
	for (size_t i = 0; !r && i < w->addresses.n; i++)
		r = plan_address(a, &w->addresses.v[i], err);
	for (int f = 0; !r && f < FAMILIES; f++)
		r = plan_forward(a, (enum family)f, err);
	mark_print(&a->mark, a->host->tag, &alias);
	if (!r && alias.len >= LINK_ALIAS)
		r = err_say(err, -ENAMETOOLONG,
		            "more links forward by themselves than %s can "
		            "remember in its alias; switch on %s and %s first",
		            w->name, forward_name(FAMILY_IPV4),
		            forward_name(FAMILY_IPV6));
	if (r < 0)
		return r;
	if (a->mark.has_nat && !a->all.n) {
		err_say(err, -EINVAL,
		        "%s masquerades for the networks of its addresses "
		        "(--nat), and has none",
		        w->name);
		return err_hint(err, "give it one, as 10.0.0.1/24");
	}
	/* libnftables is opened before anything is changed: it may exit. */
	return a->mark.has_nat ? nat_open(&a->nat, err) : 0;
}

/* --- the steps -------------------------------------------------------------
 */

static void undo_make(struct adding *a)
{
	link_delete(&a->host->nl, a->index);
	netlink_do(&a->host->nl, NULL, NULL, NULL);
}

/* The two requests are one system call: no signal parts them. */
static int send_make(struct adding *a, const struct mac *mac, struct err *err)
{
	AUTO(buf) struct buf alias = {0};
	struct netlink *nl = &a->host->nl;
	const char *name = a->wish->name;
	int results[2] = {0}, r;
	struct link link;

	mark_print(&a->mark, a->host->tag, &alias);
	link_make_bridge(nl, name, mac->bytes);
	link_set(nl, &(struct link_change){.name = name, .alias = alias.data});
	r = netlink_do(nl, NULL, NULL, results);
	if (!r)
		return 0;
	bridge_fail(a->host, r, err, "cannot make the bridge %s", name);
	if (!results[0] && !link_find(nl, name, &link)) {
		a->index = link.index; /* it is there without its mark */
		undo_make(a);
	}
	if (results[0] == -EOPNOTSUPP)
		err_hint(err, "the kernel must have bridges (CONFIG_BRIDGE)");
	/* Somebody made a link of that name since we looked: not to be marked
	 * as ours. */
	if (results[0] == -EEXIST && !results[1]) {
		link_set(nl, &(struct link_change){.name = name, .alias = ""});
		netlink_do(nl, NULL, NULL, NULL);
	}
	return r;
}

static int make(struct adding *a, struct err *err)
{
	uint8_t machine[MACHINE_BYTES];
	AUTO(buf) struct buf text = {0};
	struct link link;
	struct mac mac;
	int r = machine_identify(a->host->places, machine, err);

	if (r < 0)
		return r;
	buf_printf(&text, "bridge %s", a->wish->name);
	mac = mac_derive(machine, text.data, 0);
	r = send_make(a, &mac, err);
	if (r < 0)
		return r;
	r = link_find(&a->host->nl, a->wish->name, &link);
	if (r < 0)
		return bridge_fail(a->host, r, err,
		                   "cannot find the bridge %s, just made",
		                   a->wish->name);
	a->index = link.index;
	r = forward_ignore_adverts(a->wish->name);
	if (r < 0) {
		err_set(err, r,
		        "cannot have the host ignore router advertisements "
		        "on %s (accept_ra)",
		        a->wish->name);
		undo_make(a);
	}
	return r;
}

static int do_make(struct adding *a, struct err *err)
{
	int r;

	if (!a->before.link.index)
		return make(a, err);
	a->index = a->before.link.index;
	r = bridge_write_mark(a->host, a->index, &a->mark);
	return r < 0 ? bridge_fail(a->host, r, err,
	                           "cannot write the alias of %s",
	                           a->wish->name)
	             : 0;
}

static void undo_make_or_mark(struct adding *a)
{
	if (a->before.link.index)
		bridge_write_mark(a->host, a->index, &a->before.mark);
	else
		undo_make(a);
}

static struct route_address route_of(const struct address *a,
                                     uint8_t broadcast[static 4])
{
	struct route_address r = {.is_v6 = a->is_v6, .length = a->length};

	memcpy(r.bytes, a->bytes, sizeof(r.bytes));
	if (address_broadcast(a, broadcast))
		r.broadcast = broadcast;
	return r;
}

static void undo_addresses(struct adding *a)
{
	struct netlink *nl = &a->host->nl;
	uint8_t broadcast[4];

	while (a->n_added) {
		size_t last = a->n_before + --a->n_added;
		struct route_address one = route_of(&a->all.v[last], broadcast);

		route_remove_address(nl, a->index, &one);
		netlink_do(nl, NULL, NULL, NULL);
	}
	if (a->before.link.index && !a->before.link.is_up) {
		link_set(nl,
		         &(struct link_change){.index = a->index, .up = -1});
		netlink_do(nl, NULL, NULL, NULL);
	}
}

static int add_addresses(struct adding *a, struct err *err)
{
	struct netlink *nl = &a->host->nl;
	char text[ADDRESS_TEXT];
	uint8_t broadcast[4];
	int r = 0;

	while (a->n_before + a->n_added < a->all.n) {
		const struct address *one = &a->all.v[a->n_before + a->n_added];
		struct route_address route = route_of(one, broadcast);

		route_add_address(nl, a->index, &route);
		r = netlink_do(nl, NULL, NULL, NULL);
		if (r < 0) {
			address_print(one, true, text);
			return bridge_fail(a->host, r, err,
			                   "cannot give %s the address %s",
			                   a->wish->name, text);
		}
		a->n_added++;
	}
	return 0;
}

static int do_addresses(struct adding *a, struct err *err)
{
	struct netlink *nl = &a->host->nl;
	int r = add_addresses(a, err);

	if (!r) {
		link_set(nl, &(struct link_change){.index = a->index, .up = 1});
		r = netlink_do(nl, NULL, NULL, NULL);
		if (r < 0)
			bridge_fail(a->host, r, err, "cannot bring %s up",
			            a->wish->name);
	}
	if (r < 0)
		undo_addresses(a);
	return r;
}

/* Before there is forwarding, lest anything passes with the guest's address:
 * such a connection would stay without masquerading. */
static int do_table(struct adding *a, struct err *err)
{
	return a->mark.has_nat
	               ? nat_put(&a->nat, a->host, a->wish->name, &a->all, err)
	               : 0;
}

static void undo_table(struct adding *a)
{
	char table[NAT_TABLE];
	struct err ignored;

	nat_table(a->host, a->wish->name, table);
	if (a->before.mark.has_nat)
		nat_put(&a->nat, a->host, a->wish->name, &a->before.addresses,
		        &ignored);
	else if (a->mark.has_nat)
		nat_remove(&a->nat, table, &ignored);
}

static int do_forward(struct adding *a, struct err *err)
{
	int r = 0, f = 0;

	for (; !r && f < FAMILIES; f++)
		if (a->switches[f])
			r = forward_switch_on((enum family)f);
	if (!r)
		return 0;
	err_set(err, r, "cannot switch on %s, for --nat of %s",
	        forward_name((enum family)-- f), a->wish->name);
	while (f-- > 0)
		if (a->switches[f])
			forward_switch_off((enum family)f, &a->mark.kept[f]);
	return r;
}

struct step {
	int (*make)(struct adding *a, struct err *err); /* all or nothing */
	void (*undo)(struct adding *a);
};

static const struct step steps[] = {
	{do_make, undo_make_or_mark},
	{do_addresses, undo_addresses},
	{do_table, undo_table},
	{do_forward, NULL}, /* the last */
};

static void tell_forward(const struct adding *a, struct buf *notes)
{
	for (int f = 0; f < FAMILIES; f++)
		if (a->switches[f])
			buf_printf(notes,
			           "switched on %s, for all of this host; "
			           "bridge remove switches it off again\n",
			           forward_name((enum family)f));
	if (a->switches[FAMILY_IPV6])
		buf_puts(notes,
		         "a host that gets its own IPv6 routes from router "
		         "advertisements needs accept_ra=2 on that link now "
		         "(sysctl net.ipv6.conf.LINK.accept_ra=2)\n");
}

int bridge_add(struct bridges *host, const struct bridge_wish *wish,
               struct buf *notes, struct err *err)
{
	AUTO(adding) struct adding a = {.host = host, .wish = wish};
	size_t n = sizeof(steps) / sizeof(*steps), done = 0;
	int r = bridge_look(host, wish->name, &a.before, err);

	if (!r && a.before.mark.owner != OWNER_US)
		r = bridge_refuse_foreign(&a.before, err);
	if (r == -EEXIST)
		return err_hint(err, "choose another name");
	if (r < 0)
		return r;
	r = plan(&a, err);
	while (!r && done < n) {
		r = steps[done].make(&a, err);
		done += !r;
	}
	if (!r) {
		tell_forward(&a, notes);
		return 0;
	}
	while (done-- > 0)
		if (steps[done].undo)
			steps[done].undo(&a);
	return r;
}
