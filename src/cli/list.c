/* SPDX-License-Identifier: MIT */
/* subhost list: every directory of $SUBHOST with a config. */
#include <dirent.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/report.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "model/name.h"

static bool has_config(const struct context *c, const char *name)
{
	AUTO(buf) struct buf path = {0};

	buf_printf(&path, "%s/%s/config", c->places.subhost, name);
	return !access(path.data, F_OK);
}

static int is_sub(const struct dirent *e)
{
	return name_is_valid(e->d_name) &&
	       (e->d_type == DT_DIR || e->d_type == DT_UNKNOWN);
}

/* All of them, by commas. */
static void add_addresses(const struct report *r, struct buf *b)
{
	for (size_t i = 0; i < r->cables.n; i++) {
		const struct addresses *a = &r->cables.v[i].addresses;

		for (size_t k = 0; k < a->n; k++) {
			char text[ADDRESS_TEXT];

			address_print(&a->v[k], true, text);
			buf_printf(b, "%s%s", b->len ? "," : "", text);
		}
	}
}

/* The address is what people look for; the base they have chosen. */
static const struct table_column columns[] = {
	{"NAME"},
	{"STATE"},
	{"SINCE", .worth = 3},
	{"PID", .worth = 5, .is_right = true},
	{"PROCS", .worth = 2, .is_right = true},
	{"MEMORY", .worth = 4, .is_right = true},
	{"ADDRESSES", .worth = 6},
	{"BASE", .worth = 1},
};

#define COLUMNS (sizeof(columns) / sizeof(*columns))

static void add_row(const struct report *r, struct table *t)
{
	AUTO(buf) struct buf addresses = {0}, base = {0};
	char since[32], pid[16] = "-", memory[32] = "-", processes[32];

	report_time(r->since, since, sizeof(since));
	if (r->pid)
		snprintf(pid, sizeof(pid), "%d", r->pid);
	if (r->usage.memory)
		snprintf(memory, sizeof(memory), "%.1fM",
		         (double)r->usage.memory / 1048576);
	add_addresses(r, &addresses);
	snprintf(processes, sizeof(processes), "%zu", r->usage.processes);
	buf_escape(&base, r->base && *r->base ? r->base : "-");
	buf_puts(&base, r->is_open ? " (not a security boundary)" : "");
	table_add(t, r->name);
	table_add(t, r->is_frozen ? "frozen" : state_name(r->state));
	table_add(t, since);
	table_add(t, pid);
	table_add(t, processes);
	table_add(t, memory);
	table_add(t, addresses.len ? addresses.data : "-");
	table_add(t, buf_text(&base));
}

static int add(const struct context *c, const char *name,
               struct json_object *all, struct table *t)
{
	AUTO(report) struct report r = {0};
	struct err err = {0};

	if (report_take(&r, c, name, &err) < 0) {
		context_fail(c, &err);
		return EXIT_FAILED;
	}
	if (c->is_json)
		json_object_array_add(all, report_json(&r));
	else
		add_row(&r, t);
	return EXIT_DONE;
}

int verb_list(struct context *c, int argc, char **argv)
{
	AUTO(table)
	struct table table = {.columns = columns, .n = COLUMNS};
	struct json_object *all = json_object_new_array();
	struct dirent **found;
	int n, status = EXIT_DONE;

	(void)argv;
	if (argc)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	n = scandir(c->places.subhost, &found, is_sub, alphasort);
	if (n < 0) {
		struct err err;

		err_set(&err, -errno, "cannot open %s, where sub hosts live",
		        c->places.subhost);
		context_fail(c, &err);
		return EXIT_FAILED;
	}
	for (int i = 0; i < n; i++) {
		if (has_config(c, found[i]->d_name) &&
		    add(c, found[i]->d_name, all, &table))
			status = EXIT_FAILED;
		free(found[i]);
	}
	free(found);
	if (c->is_json)
		puts(json_object_to_json_string_ext(all,
		                                    JSON_C_TO_STRING_PRETTY));
	else
		table_print(&table);
	json_object_put(all);
	return status;
}
