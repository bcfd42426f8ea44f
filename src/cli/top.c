/* SPDX-License-Identifier: MIT */
/* subhost top: what those that are up use; and the table of subhost-top. */
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/top_look.h"
#include "cli/top_screen.h"
#include "cli/top_table.h"
#include "cli/verb.h"

#define HERE(name, usage, help) {#name, usage, help, NULL, verb_##name},

const struct verb verbs[] = {TOP_VERBS(HERE){NULL}};

#define SECONDS  2    /* between two looks */
#define BETWEEN  500  /* ms, where there are only two */
#define UNBROKEN 1000 /* columns, where there is no terminal */

static int look_twice(const struct context *c, struct top_look *look,
                      struct err *err)
{
	const struct timespec pause = {.tv_nsec = BETWEEN * 1000000};
	AUTO(top_look) struct top_look before = {0};
	int r = top_look_take(&before, &c->places, NULL, err);

	if (r < 0)
		return r;
	nanosleep(&pause, NULL);
	return top_look_take(look, &c->places, &before, err);
}

static void print_table(struct top_look *look)
{
	AUTO(buf) struct buf b = {0};
	struct top_layout layout;

	top_look_sort(look, TOP_CPU);
	top_summary(look, TOP_CPU, UNBROKEN, &b);
	top_layout(&layout, look, UNBROKEN);
	top_titles(&layout, &b);
	buf_putc(&b, '\n');
	for (size_t i = 0; i < look->n; i++) {
		top_print(&look->v[i], &layout, &b);
		buf_putc(&b, '\n');
	}
	fputs(b.data, stdout);
}

static void add_number(struct json_object *o, const char *key, uint64_t number)
{
	json_object_object_add(o, key, json_object_new_int64((int64_t)number));
}

/* What is not known is not in it. */
static void add_rate(struct json_object *o, const char *key, double rate)
{
	char text[64];

	if (rate < 0)
		return;
	snprintf(text, sizeof(text), "%.1f", rate);
	json_object_object_add(o, key, json_object_new_double_s(rate, text));
}

static struct json_object *row_json(const struct top_row *row)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "name", json_object_new_string(row->name));
	json_object_object_add(o, "state",
	                       json_object_new_string(state_name(row->state)));
	json_object_object_add(o, "frozen",
	                       json_object_new_boolean(row->is_frozen));
	add_rate(o, "cpu_percent", row->cpu_percent);
	if (row->cpu)
		add_number(o, "cpu_usec", row->cpu);
	if (row->memory)
		add_number(o, "memory", row->memory);
	add_number(o, "processes", row->processes);
	if (row->has_cables) {
		add_number(o, "rx_bytes", row->rx);
		add_number(o, "tx_bytes", row->tx);
	}
	add_rate(o, "rx_bytes_per_second", row->rx_rate);
	add_rate(o, "tx_bytes_per_second", row->tx_rate);
	add_number(o, "casts_active", row->active);
	add_number(o, "casts_waiting", row->waiting);
	if (row->since)
		add_number(o, "since", row->since);
	return o;
}

static void print_json(const struct top_look *look)
{
	struct json_object *o = json_object_new_object();
	struct json_object *load = json_object_new_array();
	struct json_object *rows = json_object_new_array();

	for (size_t i = 0; i < 3; i++) {
		char text[64];

		snprintf(text, sizeof(text), "%.2f", look->load[i]);
		json_object_array_add(
			load, json_object_new_double_s(look->load[i], text));
	}
	for (size_t i = 0; i < look->n; i++)
		json_object_array_add(rows, row_json(&look->v[i]));
	add_number(o, "time", look->seconds);
	add_number(o, "cpus", look->cpus);
	json_object_object_add(o, "load", load);
	add_number(o, "memory", look->memory);
	json_object_object_add(o, "subhosts", rows);
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY));
	json_object_put(o);
}

static int run(const struct context *c, struct err *err)
{
	AUTO(top_look) struct top_look look = {0};
	int r;

	if (!c->is_json && isatty(0) && isatty(1))
		return top_screen(&c->places,
		                  c->seconds < 0 ? SECONDS : c->seconds, err);
	r = look_twice(c, &look, err);
	if (r < 0)
		return r;
	if (c->is_json)
		print_json(&look);
	else
		print_table(&look);
	return 0;
}

int verb_top(struct context *c, int argc, char **argv)
{
	struct err err = {0};
	int r;

	(void)argv;
	if (argc)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	r = run(c, &err);
	if (r < 0) {
		context_fail(c, &err);
		return EXIT_FAILED;
	}
	if (r > 0) {
		signal(r, SIG_DFL);
		raise(r);
	}
	return EXIT_DONE;
}
