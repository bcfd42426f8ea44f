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

static void print_row(const struct report *r)
{
	AUTO(buf) struct buf addresses = {0};
	char since[32], pid[16] = "-", memory[32] = "-";

	report_time(r->since, since, sizeof(since));
	if (r->pid)
		snprintf(pid, sizeof(pid), "%d", r->pid);
	if (r->usage.memory)
		snprintf(memory, sizeof(memory), "%.1fM",
		         (double)r->usage.memory / 1048576);
	add_addresses(r, &addresses);
	printf("%-20s %-10s %-16s %7s %5zu %8s %-20s %s%s\n", r->name,
	       r->is_frozen ? "frozen" : state_name(r->state), since, pid,
	       r->usage.processes, memory, addresses.len ? addresses.data : "-",
	       r->base && *r->base ? r->base : "-",
	       r->is_open ? " (not a security boundary)" : "");
}

static int add(const struct context *c, const char *name,
               struct json_object *all)
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
		print_row(&r);
	return EXIT_DONE;
}

int verb_list(struct context *c, int argc, char **argv)
{
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
	if (!c->is_json)
		printf("%-20s %-10s %-16s %7s %5s %8s %-20s %s\n", "NAME",
		       "STATE", "SINCE", "PID", "PROCS", "MEMORY", "ADDRESSES",
		       "BASE");
	for (int i = 0; i < n; i++) {
		if (has_config(c, found[i]->d_name) &&
		    add(c, found[i]->d_name, all))
			status = EXIT_FAILED;
		free(found[i]);
	}
	free(found);
	if (c->is_json)
		puts(json_object_to_json_string_ext(all,
		                                    JSON_C_TO_STRING_PRETTY));
	json_object_put(all);
	return status;
}
