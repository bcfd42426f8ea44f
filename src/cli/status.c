/* SPDX-License-Identifier: MIT */
/* subhost status NAME */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

#include "base/auto.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/report.h"
#include "cli/verb.h"

static void line(const char *key, const char *value)
{
	if (value && *value)
		printf("%-14s %s\n", key, value);
}

static void print(const struct report *r, const struct context *c)
{
	char since[32];

	report_time(r->since, since, sizeof(since));
	line("name", r->name);
	line("state", state_name(r->state));
	line("reason", r->why);
	line("since", since);
	if (r->pid)
		printf("%-14s %d\n", "init", r->pid);
	printf("%-14s %zu\n", "processes", r->processes);
	if (r->memory)
		printf("%-14s %" PRIu64 " bytes\n", "memory", r->memory);
	printf("%-14s %s/%s\n", "directory", c->places.subhost, r->name);
	line("base", r->base);
	line("private users", r->users);
	if (r->is_open)
		line("", "not a security boundary: guest root is host root");
	if (r->uid && r->state != STATE_STOPPED)
		printf("%-14s host uids %" PRIu64 " to %" PRIu64 "\n", "ids",
		       r->uid, r->uid + 65535);
	line("mounts", r->mounts);
	line("network", r->network);
	if (r->network && *r->network == 'h')
		line("", "it cannot bind ports below 1024 of the host's");
	line("config", r->config_fault);
}

int verb_status(struct context *c, int argc, char **argv)
{
	AUTO(report) struct report r = {0};
	struct err err = {0};
	struct json_object *o;

	if (argc != 1)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	if (report_take(&r, c, argv[0], &err) < 0) {
		context_fail(c, &err);
		return EXIT_FAILED;
	}
	if (!c->is_json) {
		print(&r, c);
		return EXIT_DONE;
	}
	o = report_json(&r);
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY));
	json_object_put(o);
	return EXIT_DONE;
}
