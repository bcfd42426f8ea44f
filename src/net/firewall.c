/* SPDX-License-Identifier: MIT */
/*
 * A packet passes every base chain of hook forward, whoever made it: that our
 * table accepts it does not help against a policy of drop elsewhere, such as
 * Docker's. Two ways a bridge's traffic gets there: when the host forwards it
 * (--nat), and when br_netfilter shows it what one port sends another.
 */
#include "net/firewall.h"

#include <fcntl.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "net/bridge.h"
#include "net/forward.h"
#include "net/ruleset.h"

#define TABLES_MAX 4096

struct telling {
	const struct bridge *bridge;
	struct buf *notes;
};

struct legacy {
	const char *tables_path, *command;
};

static const struct legacy legacy[] = {
	[FAMILY_IPV4] = {"/proc/self/net/ip_tables_names", "iptables-legacy"},
	[FAMILY_IPV6] = {"/proc/self/net/ip6_tables_names", "ip6tables-legacy"},
};

static bool is_forwarded(const struct bridge *b, enum family family)
{
	return b->mark.has_nat && bridge_has(b, family);
}

static bool is_concerned(const struct bridge *b, enum family family)
{
	return is_forwarded(b, family) || forward_filters_bridges(family);
}

bool firewall_concerns(const struct bridge *b)
{
	return b->mark.owner == OWNER_US &&
	       (is_concerned(b, FAMILY_IPV4) || is_concerned(b, FAMILY_IPV6));
}

/* "what comes from br0 and what br0's guests send each other
 * (net.bridge.bridge-nf-call-iptables=1)". */
static void put_what(const struct bridge *b, const bool families[FAMILIES],
                     struct buf *out)
{
	const char *filter = NULL;
	bool forwarded = false;

	for (int f = 0; f < FAMILIES; f++) {
		if (!families[f])
			continue;
		forwarded |= is_forwarded(b, (enum family)f);
		if (!filter && forward_filters_bridges((enum family)f))
			filter = forward_filter_name((enum family)f);
	}
	if (forwarded)
		buf_printf(out, "what %s and other links send each other",
		           b->link.name);
	if (filter)
		buf_printf(out, "%swhat sub hosts on %s send each other (%s=1)",
		           forwarded ? ", also " : "", b->link.name, filter);
}

static void put_iptables(const char *command, const char *chain,
                         const char *bridge, struct buf *out)
{
	buf_printf(out,
	           "  %s -I %s -i %s -j ACCEPT\n"
	           "  %s -I %s -o %s -m conntrack --ctstate "
	           "RELATED,ESTABLISHED -j ACCEPT\n",
	           command, chain, bridge, command, chain, bridge);
}

static void put_nft(const struct drop *d, const char *bridge, struct buf *out)
{
	AUTO(buf) struct buf place = {0};

	buf_printf(&place, "%s ", d->family);
	buf_escape(&place, d->table);
	buf_putc(&place, ' ');
	buf_escape(&place, d->chain);
	buf_printf(out,
	           "  nft 'insert rule %s iifname \"%s\" accept'\n"
	           "  nft 'insert rule %s oifname \"%s\" ct state "
	           "established,related accept'\n",
	           place.data, bridge, place.data, bridge);
}

static void tell_drop(void *arg, const struct drop *d)
{
	const struct telling *t = arg;
	const char *bridge = t->bridge->link.name;
	bool families[FAMILIES], any = false;

	for (int f = 0; f < FAMILIES; f++) {
		families[f] =
			d->has[f] && is_concerned(t->bridge, (enum family)f);
		any |= families[f];
	}
	if (!any)
		return;
	buf_printf(t->notes, "the host's firewall (table %s ", d->family);
	buf_escape(t->notes, d->table);
	buf_puts(t->notes, ", chain ");
	buf_escape(t->notes, d->chain);
	buf_puts(t->notes, ", policy drop) drops ");
	put_what(t->bridge, families, t->notes);
	buf_puts(t->notes, ", unless it has rules for it, as these:\n");
	if (d->is_iptables)
		put_iptables(d->has[FAMILY_IPV6] ? "ip6tables" : "iptables",
		             d->is_of_docker ? "DOCKER-USER" : "FORWARD",
		             bridge, t->notes);
	else
		put_nft(d, bridge, t->notes);
}

/* Its rules are not nft's, and cannot be read by what we have. */
static void tell_legacy(const struct bridge *b, enum family family,
                        struct buf *notes)
{
	AUTO(buf) struct buf tables = {0};
	const struct legacy *l = &legacy[family];

	if (!is_concerned(b, family) ||
	    file_read(AT_FDCWD, l->tables_path, TABLES_MAX, &tables) < 0)
		return;
	if (!strstr(buf_text(&tables), "filter\n"))
		return;
	buf_printf(notes,
	           "legacy iptables has a filter table, which subhost cannot "
	           "read: where %s -S FORWARD shows -P FORWARD DROP, %s needs "
	           "rules as these:\n",
	           l->command, b->link.name);
	put_iptables(l->command, "FORWARD", b->link.name, notes);
}

void firewall_tell(const struct bridge *b, const struct json_object *ruleset,
                   struct buf *notes)
{
	struct telling t = {.bridge = b, .notes = notes};

	if (!firewall_concerns(b))
		return;
	if (ruleset)
		ruleset_each_drop(ruleset, b->link.name, tell_drop, &t);
	for (int f = 0; f < FAMILIES; f++)
		tell_legacy(b, (enum family)f, notes);
}
