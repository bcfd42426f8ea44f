/* SPDX-License-Identifier: MIT */

#include "host/cables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "host/cabling.h"
#include "model/cable.h"
#include "model/record.h"
#include "sub/machine.h"
#include "sub/sub.h"

/* Fill in what each cable is to be; machine-id is read only if it is needed. */
static int plan(struct job *j, struct err *err)
{
	const struct cabling *c = j->c;
	uint8_t machine[MACHINE_BYTES];
	bool known = false;
	int r = 0;

	for (size_t i = 0; !r && i < j->n; i++) {
		struct patch *p = &j->v[i];

		p->number = (unsigned)i;
		p->wanted = &c->wanted->v[i];
		snprintf(p->inside, sizeof(p->inside), "eth%u", p->number);
		if (!p->wanted->has_mac && !known) {
			r = machine_identify(c->sub->places, machine, err);
			known = !r;
		}
		p->mac = p->wanted->has_mac || r
		                 ? p->wanted->mac
		                 : mac_derive(machine, c->sub->name, p->number);
		p->outside = mac_outside(&p->mac);
	}
	return r;
}

static void add_bridge(void *arg, const struct link *link)
{
	struct buf *names = arg;

	buf_puts(names, names->len ? ", " : "");
	buf_escape(names, link->name);
}

static int say_no_bridge(struct job *j, const char *name, struct err *err)
{
	AUTO(buf) struct buf names = {0};

	link_each(&j->out, "bridge", 0, add_bridge, &names);
	err_say(err, -ENODEV, "there is no bridge %s; %s%s", name,
	        names.len ? "the bridges here: " : "nor any other here",
	        buf_text(&names));
	return err_hint(err, "`subhost bridge add %s` makes it", name);
}

static int find_bridge(struct job *j, struct patch *p, struct err *err)
{
	const char *name = p->wanted->bridge;
	struct link bridge;
	int r;

	for (const struct patch *q = j->v; q < p; q++) {
		if (strcmp(q->wanted->bridge, name))
			continue;
		p->bridge = q->bridge;
		p->mtu = q->mtu;
		return 0;
	}
	r = link_find(&j->out, name, &bridge);
	if (r == -ENODEV)
		return say_no_bridge(j, name, err);
	if (r < 0)
		return err_set(err, r, "cannot look for the bridge %s", name);
	if (strcmp(bridge.kind, "bridge"))
		return err_say(err, -ENODEV,
		               "%s is no bridge but another link (%s)", name,
		               *bridge.kind ? bridge.kind : "hardware");
	p->bridge = bridge.index;
	p->mtu = bridge.mtu;
	return 0;
}

static int find_bridges(struct job *j, struct err *err)
{
	int r = 0;

	for (struct patch *p = j->v; !r && p < j->v + j->n; p++)
		if (*p->wanted->bridge)
			r = find_bridge(j, p, err);
	return r;
}

static void job_auto(struct job *j)
{
	netlink_done(&j->out);
	free(j->v);
}

static int job_begin(struct job *j, struct err *err)
{
	int r = netlink_open(&j->out);

	if (r < 0)
		return err_set(err, r, "cannot talk to rtnetlink");
	j->n = j->c->wanted->n;
	j->v = mem_new0((j->n + 1) * sizeof(*j->v));
	r = plan(j, err);
	return r ? r : find_bridges(j, err);
}

static void note_links(const struct job *j)
{
	AUTO(buf) struct buf text = {0};
	struct record *r = j->c->record;

	cables_describe(j->c->wanted, &text);
	free(r->cables);
	r->cables = buf_take(&text);
	r->n_links = j->n;
	for (size_t i = 0; i < j->n; i++)
		r->links[i] = (uint64_t)j->v[i].index;
}

int cables_make(const struct cabling *c, struct err *err)
{
	AUTO(job) struct job j = {.c = c, .out = NETLINK_NONE};
	int r;

	if (!c->wanted->n)
		return 0;
	r = job_begin(&j, err);
	if (!r)
		r = cabling_make(&j, err);
	if (!r)
		r = cabling_configure(&j, err);
	if (!r)
		note_links(&j);
	return r;
}

/* Is that link the one that the record means? Indexes come back only when
 * they have all been used, but the mark costs nothing to look at. */
static bool is_of(const struct job *j, const struct link *link)
{
	return !strcmp(link->alias, j->c->sub->mark);
}

static int attach_again(struct job *j, struct patch *p, struct err *err)
{
	int r = cabling_check_mac(j, p, err);

	if (r < 0)
		return r;
	link_set(&j->out, &(struct link_change){.index = p->index,
	                                        .master = &p->bridge,
	                                        .up = 1});
	r = netlink_do(&j->out, NULL, NULL, NULL);
	if (r < 0)
		return cabling_fail(j, p, r, "attach", err);
	buf_printf(j->c->notes, "cable %u is attached to %s again\n", p->number,
	           p->wanted->bridge);
	return 0;
}

static int raise_again(struct job *j, const struct patch *p, struct err *err)
{
	int r;

	link_set(&j->out, &(struct link_change){.index = p->index, .up = 1});
	r = netlink_do(&j->out, NULL, NULL, NULL);
	if (r < 0)
		return cabling_fail(j, p, r, "set up", err);
	buf_printf(j->c->notes, "cable %u was down, and is up again\n",
	           p->number);
	return 0;
}

static void note_differences(struct job *j, const struct patch *p,
                             const struct link *link)
{
	if (memcmp(link->mac, p->outside.bytes, LINK_MAC))
		buf_printf(j->c->notes,
		           "cable %u: its other MAC takes effect after a "
		           "stop\n",
		           p->number);
	if (p->wanted->mtu && link->mtu != cabling_mtu_outside(p))
		buf_printf(j->c->notes,
		           "cable %u: its other MTU takes effect after a "
		           "stop\n",
		           p->number);
}

/* Look at one that was made before; it is to be made again where it is gone.
 * One that is wanted unattached is the administrator's to attach. */
static int look_at(struct job *j, struct patch *p, struct err *err)
{
	struct link link;
	int r = link_look(&j->out, (int)j->c->record->links[p->number], &link);

	if (r == -ENODEV || (!r && !is_of(j, &link)))
		return 0;
	if (r < 0)
		return cabling_fail(j, p, r, "look at", err);
	p->is_there = true;
	p->index = link.index;
	p->inside_index = link.peer;
	snprintf(p->link, sizeof(p->link), "%s", link.name);
	note_differences(j, p, &link);
	if (p->bridge && link.master != p->bridge)
		return attach_again(j, p, err);
	return link.is_up ? 0 : raise_again(j, p, err);
}

static int take_off(struct job *j, size_t number, struct err *err)
{
	struct link link;
	int r = link_look(&j->out, (int)j->c->record->links[number], &link);

	if (r == -ENODEV || (!r && !is_of(j, &link)))
		return 0;
	if (!r) {
		link_delete(&j->out, link.index);
		r = netlink_do(&j->out, NULL, NULL, NULL);
	}
	if (r < 0)
		return err_set(err, r, "cannot take cable %zu (%s) off", number,
		               link.name);
	buf_printf(j->c->notes, "cable %zu is taken off\n", number);
	return 0;
}

static void note_new(const struct job *j)
{
	for (const struct patch *p = j->v; p < j->v + j->n; p++)
		if (!p->is_there)
			buf_printf(j->c->notes, "cable %u is made: %s%s%s\n",
			           p->number, p->link, p->bridge ? " on " : "",
			           p->wanted->bridge);
}

int cables_tend(const struct cabling *c, struct err *err)
{
	AUTO(job) struct job j = {.c = c, .out = NETLINK_NONE, .is_up = true};
	AUTO(buf) struct buf text = {0};
	size_t before = c->record->n_links;
	int r;

	if (!c->wanted->n && !before)
		return 0;
	r = job_begin(&j, err);
	for (size_t i = 0; !r && i < j.n && i < before; i++)
		r = look_at(&j, &j.v[i], err);
	for (size_t i = j.n; !r && i < before; i++)
		r = take_off(&j, i, err);
	if (!r)
		r = cabling_make(&j, err);
	cables_describe(c->wanted, &text);
	j.is_same = c->record->cables &&
	            !strcmp(c->record->cables, buf_text(&text));
	if (!r)
		r = cabling_configure(&j, err);
	if (r < 0)
		return r;
	note_new(&j);
	note_links(&j);
	return 0;
}
