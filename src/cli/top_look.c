/* SPDX-License-Identifier: MIT */

#include "cli/top_look.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "cast/ledger.h"
#include "host/freezer.h"
#include "host/survey.h"
#include "host/usage.h"
#include "run/launcher.h"
#include "sub/sub.h"
#include "sys/link.h"

/* While it looks. */
struct looking {
	const struct places *places;
	struct top_look *look;
	int casts_fd;       /* SUBHOST_RUN/.casts; -1: none */
	struct link *links; /* the host's veths, by index */
	size_t n_links;
};

static void looking_auto(struct looking *l)
{
	fd_auto(&l->casts_fd);
	free(l->links);
}

void top_look_done(struct top_look *look)
{
	free(look->v);
	*look = (struct top_look){0};
}

static void add_link(void *arg, const struct link *link)
{
	struct looking *l = arg;

	if (!(l->n_links & (l->n_links - 1)))
		l->links = mem_resize(l->links, l->n_links ? l->n_links * 2 : 1,
		                      sizeof(*l->links));
	l->links[l->n_links++] = *link;
}

static int by_index(const void *one, const void *other)
{
	const struct link *a = one, *b = other;

	return (a->index > b->index) - (a->index < b->index);
}

/* All at once: a question for each would take longer than all the rest. */
static int take_links(struct looking *l)
{
	AUTO(netlink) struct netlink nl = NETLINK_NONE;
	int r = netlink_open(&nl);

	if (!r)
		r = link_each(&nl, "veth", 0, add_link, l);
	if (l->n_links)
		qsort(l->links, l->n_links, sizeof(*l->links), by_index);
	return r;
}

/* What its cables have carried: the host's end receives what it sends. */
static void count_cables(const struct looking *l, struct top_row *row,
                         const struct record *record, const char *mark)
{
	for (size_t i = 0; i < record->n_links; i++) {
		const struct link key = {.index = (int)record->links[i]};
		const struct link *link =
			l->n_links ? bsearch(&key, l->links, l->n_links,
		                             sizeof(key), by_index)
				   : NULL;

		if (!link || strcmp(link->alias, mark))
			continue;
		row->has_cables = true;
		row->rx += link->tx_bytes;
		row->tx += link->rx_bytes;
	}
}

static void count_casts(const struct looking *l, struct top_row *row)
{
	AUTO(ledger) struct ledger ledger = {0};
	AUTO(buf) struct buf text = {0};

	if (l->casts_fd < 0 ||
	    file_read(l->casts_fd, row->name, LEDGER_MAX, &text) < 0)
		return;
	ledger_parse(&ledger, buf_text(&text));
	for (size_t i = 0; i < ledger.n; i++)
		if (ledger.v[i].kind == HELD_CAST)
			row->active++;
		else
			row->waiting++;
}

/* What is not up (any more) is left out. */
static bool take_row(struct looking *l, const char *name, struct top_row *row)
{
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(sub) struct sub s = SUB_NONE;
	AUTO(buf) struct buf why = {0};
	struct usage usage = {0};
	struct err ignored;

	if (sub_open(&s, l->places, name, &ignored) < 0 ||
	    survey_take(&v, &s, &ignored) < 0)
		return false;
	*row = (struct top_row){.state = state_of(&v.facts, &why)};
	if (row->state == STATE_STOPPED)
		return false;
	snprintf(row->name, sizeof(row->name), "%s", name);
	row->since = v.record.since;
	if (v.cgroup_fd >= 0 || v.facts.init_alive) {
		usage_count(&usage, &s, &v);
		row->is_frozen = freezer_is_on(&s, &v);
	}
	row->cpu = usage.cpu;
	row->memory = usage.memory;
	row->processes = usage.processes;
	count_cables(l, row, &v.record, s.mark);
	count_casts(l, row);
	return true;
}

static int is_record(const struct dirent *e)
{
	return name_is_valid(e->d_name) && e->d_type == DT_REG &&
	       strcmp(e->d_name, LAUNCHER_PIN);
}

static int take_rows(struct looking *l, struct err *err)
{
	struct top_look *look = l->look;
	struct dirent **found;
	int n = scandir(l->places->run, &found, is_record, NULL);

	if (n < 0)
		return errno == ENOENT ? 0
		                       : err_set(err, -errno, "cannot open %s",
		                                 l->places->run);
	look->v = mem_resize(NULL, (size_t)n + 1, sizeof(*look->v));
	for (int i = 0; i < n; i++) {
		look->n += take_row(l, found[i]->d_name, &look->v[look->n]);
		free(found[i]);
	}
	free(found);
	return 0;
}

static int by_name(const void *one, const void *other)
{
	const struct top_row *a = one, *b = other;

	return strcmp(a->name, b->name);
}

/* A counter that is smaller than before began anew. */
static double rate(uint64_t now, uint64_t before, double seconds)
{
	return (double)(now < before ? now : now - before) / seconds;
}

static void compare(struct top_look *look, const struct top_look *before)
{
	double seconds = before ? (double)(look->at - before->at) / 1e6 : 0;

	for (size_t i = 0; i < look->n; i++) {
		struct top_row *row = &look->v[i];
		const struct top_row *old =
			seconds > 0 && before->n
				? bsearch(row, before->v, before->n,
		                          sizeof(*row), by_name)
				: NULL;

		row->cpu_percent = row->rx_rate = row->tx_rate = -1;
		if (!old)
			continue;
		if (row->cpu || row->state == STATE_HIBERNATED)
			row->cpu_percent =
				rate(row->cpu, old->cpu, seconds) / 1e4;
		if (!row->has_cables)
			continue;
		row->rx_rate = rate(row->rx, old->rx, seconds);
		row->tx_rate = rate(row->tx, old->tx, seconds);
	}
}

static void take_host(struct top_look *look)
{
	struct timespec t;
	struct sysinfo info;

	clock_gettime(CLOCK_MONOTONIC, &t);
	look->at = (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
	look->seconds = (uint64_t)time(NULL);
	look->cpus = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	if (!sysinfo(&info))
		look->memory = (uint64_t)info.totalram * info.mem_unit;
	if (getloadavg(look->load, 3) < 3)
		memset(look->load, 0, sizeof(look->load));
}

int top_look_take(struct top_look *look, const struct places *places,
                  const struct top_look *before, struct err *err)
{
	AUTO(top_look) struct top_look now = {0};
	AUTO(buf) struct buf casts = {0};
	AUTO(looking)
	struct looking l = {.places = places, .look = &now, .casts_fd = -1};
	int r;

	buf_printf(&casts, "%s/" PLACES_CASTS, places->run);
	l.casts_fd = open(casts.data, O_PATH | O_DIRECTORY | O_CLOEXEC);
	take_host(&now);
	r = take_links(&l);
	if (r < 0)
		return err_set(err, r, "cannot look at the host's links");
	r = take_rows(&l, err);
	if (r < 0)
		return r;
	if (now.n)
		qsort(now.v, now.n, sizeof(*now.v), by_name);
	compare(&now, before);
	*look = now;
	now = (struct top_look){0};
	return 0;
}

static double value(const struct top_row *row, enum top_key key)
{
	switch (key) {
	case TOP_CPU:
		return row->cpu_percent;
	case TOP_MEMORY:
		return (double)row->memory;
	case TOP_PROCESSES:
		return (double)row->processes;
	case TOP_NETWORK:
		return row->rx_rate + row->tx_rate;
	case TOP_NAME:
	default:
		return 0;
	}
}

static int by_key(const void *one, const void *other, void *key)
{
	const struct top_row *a = one, *b = other;
	double x = value(a, *(enum top_key *)key);
	double y = value(b, *(enum top_key *)key);

	return x < y ? 1 : x > y ? -1 : strcmp(a->name, b->name);
}

void top_look_sort(struct top_look *look, enum top_key key)
{
	if (look->n)
		qsort_r(look->v, look->n, sizeof(*look->v), by_key, &key);
}
