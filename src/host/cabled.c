/* SPDX-License-Identifier: MIT */

#include "host/cabled.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/mem.h"
#include "host/survey.h"
#include "sub/sub.h"
#include "sys/route.h"

void cabled_done(struct cabled_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		addresses_done(&list->v[i].addresses);
	free(list->v);
	*list = (struct cabled_list){0};
}

static int look_outside(struct netlink *out, const struct sub *s, int index,
                        struct cabled *c)
{
	struct link bridge;
	int r = link_look(out, index, &c->outside);

	c->is_missing =
		r == -ENODEV || (!r && strcmp(c->outside.alias, s->mark));
	if (r < 0 || c->is_missing || !c->outside.master)
		return r == -ENODEV ? 0 : r;
	r = link_look(out, c->outside.master, &bridge);
	if (!r)
		memcpy(c->bridge, bridge.name, sizeof(c->bridge));
	return r == -ENODEV ? 0 : r;
}

static void add_address(void *arg, const struct route_found *f)
{
	struct cabled_list *list = arg;
	struct address a = {.is_v6 = f->address.is_v6,
	                    .length = f->address.length};

	memcpy(a.bytes, f->address.bytes, sizeof(a.bytes));
	for (size_t i = 0; i < list->n && f->is_global; i++)
		if (list->v[i].inside.index == f->index)
			addresses_add(&list->v[i].addresses, &a);
}

static int look_inside(struct cabled_list *list, int net_fd)
{
	AUTO(netlink) struct netlink in = NETLINK_NONE;
	int r = netlink_open_in(&in, net_fd);

	for (size_t i = 0; !r && i < list->n; i++) {
		struct cabled *c = &list->v[i];

		if (c->is_missing)
			continue;
		/* A guest with one of its own may have moved it there. */
		r = link_look(&in, c->outside.peer, &c->inside);
		if (r == -ENODEV)
			r = 0;
	}
	return r ? r : route_each_address(&in, 0, add_address, list);
}

int cabled_look(const struct sub *s, const struct survey *v,
                struct cabled_list *ret_list, struct err *err)
{
	AUTO(netlink) struct netlink out = NETLINK_NONE;
	struct cabled_list list = {.n = v->record.n_links};
	int r;

	if (v->net_fd < 0 || !list.n)
		return 0;
	list.v = mem_new0(list.n * sizeof(*list.v));
	r = netlink_open(&out);
	for (size_t i = 0; !r && i < list.n; i++)
		r = look_outside(&out, s, (int)v->record.links[i], &list.v[i]);
	if (!r)
		r = look_inside(&list, v->net_fd);
	if (r < 0) {
		cabled_done(&list);
		return err_set(err, r, "cannot look at the cables of %s",
		               s->name);
	}
	*ret_list = list;
	return 0;
}
