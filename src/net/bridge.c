/* SPDX-License-Identifier: MIT */

#include "net/bridge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "sub/lock.h"
#include "sub/place.h"
#include "sys/route.h"

#define LOCK_SECONDS 30
#define CABLE_SIGN   "subhost:" /* their alias begins with it */

int bridges_open(struct bridges *b, const struct places *places,
                 struct err *err)
{
	int r = netlink_open(&b->nl);

	if (r < 0)
		return err_set(err, r, "cannot ask the kernel for links");
	b->places = places;
	places_tag(places, b->tag);
	return 0;
}

/* What is locked is the network namespace: of whichever instance, and in
 * whichever mount namespace, it is the same for all who change its bridges. */
int bridges_lock(struct bridges *b, struct err *err)
{
	b->lock_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (b->lock_fd < 0)
		return err_set(err, -errno, "cannot open /proc/self/ns/net");
	return lock_take(b->lock_fd, "the lock of bridges, /proc/self/ns/net,",
	                 LOCK_SECONDS, err);
}

void bridges_done(struct bridges *b)
{
	netlink_done(&b->nl);
	fd_auto(&b->lock_fd);
	*b = (struct bridges)BRIDGES_NONE;
}

void bridge_done(struct bridge *b)
{
	addresses_done(&b->addresses);
	words_done(&b->ports);
	mark_done(&b->mark);
	*b = (struct bridge){0};
}

int bridge_fail(const struct bridges *host, int code, struct err *err,
                const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!*host->nl.text)
		return err_set(err, code, "%s", text);
	return err_say(err, code, "%s: %s (%s)", text, strerror(-code),
	               host->nl.text);
}

static void take_address(void *arg, const struct route_found *f)
{
	struct bridge *b = arg;
	struct address a = {.is_v6 = f->address.is_v6,
	                    .length = f->address.length};

	/* Not every kernel leaves out those of other links. */
	if (!f->is_global || f->index != b->link.index)
		return;
	memcpy(a.bytes, f->address.bytes, sizeof(a.bytes));
	addresses_add(&b->addresses, &a);
}

static void take_port(void *arg, const struct link *link)
{
	struct bridge *b = arg;

	if (link->master != b->link.index)
		return;
	words_add(&b->ports, link->name);
	b->n_cables += !strncmp(link->alias, CABLE_SIGN, strlen(CABLE_SIGN));
}

/* The rest of a bridge whose link is known. */
static int fill(struct bridges *host, struct bridge *b, struct err *err)
{
	int index = b->link.index;
	int r = route_each_address(&host->nl, index, take_address, b);

	if (!r)
		r = link_each(&host->nl, NULL, index, take_port, b);
	if (r < 0)
		return bridge_fail(host, r, err, "cannot look at the bridge %s",
		                   b->link.name);
	mark_read(&b->mark, b->link.alias, host->tag);
	return 0;
}

static int refuse_other(const struct link *link, const char *name,
                        struct err *err)
{
	if (strcmp(link->name, name))
		return err_say(err, -EEXIST,
		               "%s is another name of the link %s", name,
		               link->name);
	return err_say(err, -EEXIST, "%s is a link, but no bridge%s%s", name,
	               *link->kind ? "; its kind is " : "", link->kind);
}

int bridge_look(struct bridges *host, const char *name, struct bridge *ret,
                struct err *err)
{
	AUTO(bridge) struct bridge b = {0};
	int r = link_find(&host->nl, name, &b.link);

	if (r == -ENODEV)
		return 1;
	if (r < 0)
		return bridge_fail(host, r, err, "cannot look for the link %s",
		                   name);
	if (strcmp(b.link.kind, "bridge") || strcmp(b.link.name, name))
		return refuse_other(&b.link, name, err);
	r = fill(host, &b, err);
	if (r < 0)
		return r;
	*ret = b;
	b = (struct bridge){0};
	return 0;
}

struct list {
	struct bridge *v;
	size_t n;
};

static void take_bridge(void *arg, const struct link *link)
{
	struct list *l = arg;

	if (strcmp(link->kind, "bridge"))
		return;
	l->v = mem_resize(l->v, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = (struct bridge){.link = *link};
}

static int by_name(const void *a, const void *b)
{
	const struct bridge *one = a, *other = b;

	return strcmp(one->link.name, other->link.name);
}

int bridge_list(struct bridges *host, struct bridge **ret_v, size_t *ret_n,
                struct err *err)
{
	struct list l = {0};
	int r = link_each(&host->nl, "bridge", 0, take_bridge, &l);

	if (r < 0)
		bridge_fail(host, r, err, "cannot list the bridges");
	for (size_t i = 0; !r && i < l.n; i++)
		r = fill(host, &l.v[i], err);
	if (r < 0) {
		for (size_t i = 0; i < l.n; i++)
			bridge_done(&l.v[i]);
		free(l.v);
		return r;
	}
	if (l.n)
		qsort(l.v, l.n, sizeof(*l.v), by_name);
	*ret_v = l.v;
	*ret_n = l.n;
	return 0;
}

bool bridge_has(const struct bridge *b, enum family family)
{
	for (size_t i = 0; i < b->addresses.n; i++)
		if (b->addresses.v[i].is_v6 == (family == FAMILY_IPV6))
			return true;
	return false;
}

int bridge_write_mark(struct bridges *host, int index, const struct mark *mark)
{
	AUTO(buf) struct buf alias = {0};

	mark_print(mark, host->tag, &alias);
	*host->nl.text = '\0';
	if (alias.len >= LINK_ALIAS)
		return -ENAMETOOLONG;
	link_set(&host->nl,
	         &(struct link_change){.index = index, .alias = alias.data});
	return netlink_do(&host->nl, NULL, NULL, NULL);
}

int bridge_refuse_foreign(const struct bridge *b, struct err *err)
{
	AUTO(buf) struct buf alias = {0};

	if (b->mark.owner == OWNER_FOREIGN)
		return err_say(err, -EEXIST,
		               "the bridge %s is not ours (it has no alias "
		               "subhost-bridge), and is left as it is",
		               b->link.name);
	buf_escape(&alias, b->link.alias);
	err_say(err, -EEXIST,
	        "the bridge %s is of another instance (its alias is %s)",
	        b->link.name, alias.data);
	return err_hint(err, "set SUBHOST_RUN to that one's");
}
