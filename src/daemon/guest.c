/* SPDX-License-Identifier: MIT */

#include "daemon/guest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "daemon/job.h"

#define EVENTS 10 /* that it may make for each request */

struct guest *guest_new(const char *name)
{
	struct guest *g = mem_new0(sizeof(*g));

	snprintf(g->name, sizeof(g->name), "%s", name);
	g->watch = -1;
	g->to_look = true;
	g->sweep_at = 1; /* those of before us */
	return g;
}

void guest_free(struct guest *g)
{
	if (!g)
		return;
	while (g->jobs)
		job_abandon(g->jobs);
	for (size_t i = 0; i < g->n_waiting; i++)
		free(g->waiting[i].file);
	free(g->waiting);
	free(g);
}

void guest_limit(struct guest *g, unsigned rate, unsigned burst, uint64_t now)
{
	bucket_fill(&g->requests, rate, burst, now);
	bucket_fill(&g->events, rate * EVENTS, burst * EVENTS, now);
}

static void append(struct guest *g, struct waiting w)
{
	g->waiting =
		mem_resize(g->waiting, g->n_waiting + 1, sizeof(*g->waiting));
	g->waiting[g->n_waiting++] = w;
}

bool guest_add_waiting(struct guest *g, const char *file, bool is_listed)
{
	for (size_t i = 0; i < g->n_waiting; i++) {
		if (strcmp(g->waiting[i].file, file))
			continue;
		g->waiting[i].is_listed &= is_listed;
		g->waiting[i].tries = 0;
		return true;
	}
	if (g->n_waiting + g->n_jobs >= GUEST_WAITING_MAX)
		return false;
	append(g, (struct waiting){.file = mem_copy(file),
	                           .is_listed = is_listed});
	return true;
}

void guest_put_back(struct guest *g, struct waiting *w)
{
	append(g, *w);
	w->file = NULL;
}

struct waiting guest_take_waiting(struct guest *g)
{
	struct waiting first = g->waiting[0];

	g->n_waiting--;
	memmove(g->waiting, g->waiting + 1, g->n_waiting * sizeof(first));
	if (!g->n_waiting) {
		free(g->waiting);
		g->waiting = NULL;
	}
	return first;
}
