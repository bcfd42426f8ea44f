/* SPDX-License-Identifier: MIT */
/*
 * Backwards: what others depend on first, the bridge with its mark last, so
 * that a removal that was cut short is gone on with by the next one. What
 * somebody has taken away by hand is not missed.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "net/bridge.h"
#include "net/forward.h"
#include "net/nat.h"
#include "net/ruleset.h"

#define TRIES            25
#define TRY_MICROSECONDS 20000

static int refuse_ports(const struct bridge *b, struct err *err)
{
	AUTO(buf) struct buf names = {0};

	for (size_t i = 0; i < b->ports.n; i++) {
		buf_puts(&names, i ? " " : "");
		buf_escape(&names, b->ports.v[i]);
	}
	err_say(err, -EBUSY, "the bridge %s has ports: %s", b->link.name,
	        names.data);
	return err_hint(err, "stop those sub hosts, or take the links off it "
	                     "(ip link set LINK nomaster)");
}

/* Another bridge that needs forwarding: one of this instance's rather than
 * another's. NULL: none. */
static const struct bridge *find_heir(const struct bridge *v, size_t n,
                                      int leaving, enum family family)
{
	const struct bridge *heir = NULL;

	for (size_t i = 0; i < n; i++) {
		if (v[i].mark.owner == OWNER_FOREIGN || !v[i].mark.has_nat ||
		    v[i].link.index == leaving || !bridge_has(&v[i], family))
			continue;
		if (v[i].mark.owner == OWNER_US)
			return &v[i];
		heir = &v[i];
	}
	return heir;
}

static int bequeath(struct bridges *host, const struct bridge *heir,
                    const struct mark *from, enum family family,
                    struct err *err)
{
	AUTO(mark) struct mark mark = {0};
	int r;

	mark_copy(&heir->mark, &mark);
	if (mark.forwards[family])
		return 0;
	mark.forwards[family] = true;
	for (size_t i = 0; i < from->kept[family].n; i++)
		words_add(&mark.kept[family], from->kept[family].v[i]);
	r = bridge_write_mark(host, heir->link.index, &mark);
	return r < 0 ? bridge_fail(host, r, err, "cannot write the alias of %s",
	                           heir->link.name)
	             : 0;
}

static int switch_off(const struct mark *m, enum family family,
                      struct buf *notes, struct err *err)
{
	int is_on = forward_read(family);
	int r = forward_switch_off(family, &m->kept[family]);

	if (r < 0)
		return err_set(err, r, "cannot switch off %s",
		               forward_name(family));
	if (is_on > 0)
		buf_printf(notes,
		           "switched off %s, which bridge add had switched on; "
		           "if anything else needs it by now: sysctl -w "
		           "%s=1\n",
		           forward_name(family), forward_name(family));
	return 0;
}

static int release_forward(struct bridges *host, const struct bridge *b,
                           enum family family, struct buf *notes,
                           struct err *err)
{
	const struct bridge *heir;
	struct bridge *v;
	size_t n;
	int r;

	if (!b->mark.forwards[family])
		return 0;
	r = bridge_list(host, &v, &n, err);
	if (r < 0)
		return r;
	heir = find_heir(v, n, b->link.index, family);
	if (!heir)
		r = switch_off(&b->mark, family, notes, err);
	else if (heir->mark.owner == OWNER_US)
		r = bequeath(host, heir, &b->mark, family, err);
	else
		buf_printf(notes,
		           "%s stays switched on: %s, of another instance, "
		           "needs it\n",
		           forward_name(family), heir->link.name);
	for (size_t i = 0; i < n; i++)
		bridge_done(&v[i]);
	free(v);
	return r;
}

/* Without nf_tables there is no table either. */
static int remove_table(const struct bridges *host, const struct bridge *b,
                        struct err *err)
{
	AUTO(nat) struct nat nat = {0};
	char table[NAT_TABLE];
	int r;

	if (!b->mark.has_nat)
		return 0;
	r = nat_open(&nat, err);
	if (r < 0)
		return r == -EPROTONOSUPPORT ? 0 : r;
	nat_table(host, b->link.name, table);
	return nat_remove(&nat, table, err);
}

/* The table of a bridge that somebody has taken away by hand: 0, or 1 when
 * there is none. */
static int remove_rest(const struct bridges *host, const char *name,
                       struct buf *notes, struct err *err)
{
	AUTO(nat) struct nat nat = {0};
	AUTO(ruleset) struct json_object *ruleset = NULL;
	char table[NAT_TABLE];
	int r = nat_open(&nat, err);

	if (!r)
		r = nat_read(&nat, &ruleset, err);
	if (r < 0)
		return 1; /* what is not there is told, not this */
	nat_table(host, name, table);
	if (!ruleset_has_table(ruleset, "inet", table))
		return 1;
	r = nat_remove(&nat, table, err);
	if (!r)
		buf_printf(
			notes,
			"the bridge was gone already; removed its table inet "
			"%s; if bridge add had switched forwarding on, it "
			"still is\n",
			table);
	return r;
}

static int remove_it(struct bridges *host, const struct bridge *b,
                     struct buf *notes, struct err *err)
{
	int r = 0;

	for (int f = 0; !r && f < FAMILIES; f++)
		r = release_forward(host, b, (enum family)f, notes, err);
	if (!r)
		r = remove_table(host, b, err);
	if (r < 0)
		return r;
	link_delete(&host->nl, b->link.index);
	r = netlink_do(&host->nl, NULL, NULL, NULL);
	return r < 0 ? bridge_fail(host, r, err, "cannot remove the bridge %s",
	                           b->link.name)
	             : 0;
}

/* The cables of a sub host that was just stopped need some 25 ms to go. */
static int look_patiently(struct bridges *host, const char *name,
                          struct bridge *b, struct err *err)
{
	int r = bridge_look(host, name, b, err);

	for (int i = 0; i < TRIES && !r; i++) {
		if (!b->ports.n || b->ports.n != b->n_cables)
			break;
		usleep(TRY_MICROSECONDS);
		bridge_done(b);
		r = bridge_look(host, name, b, err);
	}
	return r;
}

int bridge_remove(struct bridges *host, const char *name, struct buf *notes,
                  struct err *err)
{
	AUTO(bridge) struct bridge b = {0};
	int r = look_patiently(host, name, &b, err);

	if (r < 0)
		return r;
	if (r)
		r = remove_rest(host, name, notes, err);
	else if (b.mark.owner != OWNER_US)
		return bridge_refuse_foreign(&b, err);
	else if (b.ports.n)
		return refuse_ports(&b, err);
	else
		r = remove_it(host, &b, notes, err);
	if (r <= 0)
		return r;
	err_say(err, -ENOENT, "there is no bridge %s", name);
	return err_hint(err, "subhost bridge list shows those there are");
}
