/* SPDX-License-Identifier: MIT */

#include "model/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

void order_done(struct order *o)
{
	for (size_t i = 0; i < o->n; i++)
		free(o->v[i].after);
	free(o->v);
	*o = (struct order){0};
}

size_t order_add(struct order *o, const char *name)
{
	o->v = mem_resize(o->v, o->n + 1, sizeof(*o->v));
	o->v[o->n] = (struct order_node){.name = name};
	return o->n++;
}

size_t order_find(const struct order *o, const char *name)
{
	size_t at = 0;

	while (at < o->n && strcmp(o->v[at].name, name) != 0)
		at++;
	return at;
}

void order_put_after(struct order *o, size_t one, size_t other)
{
	struct order_node *node = &o->v[one];

	for (size_t i = 0; i < node->n_after; i++)
		if (node->after[i] == other)
			return;
	node->after = mem_resize(node->after, node->n_after + 1,
	                         sizeof(*node->after));
	node->after[node->n_after++] = other;
}

bool order_is_ready(const struct order *o, size_t at, const bool *done)
{
	for (size_t i = 0; i < o->v[at].n_after; i++)
		if (!done[o->v[at].after[i]])
			return false;
	return true;
}

/* Everyone left waits for another one who is left: following that leads into a
 * circle, which is told from its first member on. */
static int say_circle(const struct order *o, const bool *done, struct err *err)
{
	AUTO(mem) size_t *seen = mem_resize(NULL, o->n + 1, sizeof(*seen));
	AUTO(buf) struct buf circle = {0};
	size_t at = 0, n = 0, first;

	while (done[at])
		at++;
	for (;;) {
		for (first = 0; first < n && seen[first] != at; first++)
			;
		if (first < n)
			break;
		seen[n++] = at;
		for (size_t i = 0; i < o->v[at].n_after; i++)
			if (!done[o->v[at].after[i]]) {
				at = o->v[at].after[i];
				break;
			}
	}
	for (size_t i = first; i < n; i++)
		buf_printf(&circle, "%s is after ", o->v[seen[i]].name);
	return err_say(err, -ELOOP, "AFTER goes in a circle: %s%s", circle.data,
	               o->v[at].name);
}

int order_check(const struct order *o, struct err *err)
{
	AUTO(mem) bool *done = mem_new0(o->n + 1);
	size_t left = o->n;
	bool moves = true;

	while (left && moves) {
		moves = false;
		for (size_t i = 0; i < o->n; i++) {
			if (done[i] || !order_is_ready(o, i, done))
				continue;
			done[i] = true;
			moves = true;
			left--;
		}
	}
	return left ? say_circle(o, done, err) : 0;
}
