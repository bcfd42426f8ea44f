/* SPDX-License-Identifier: MIT */
/* subhost config NAME: every variable, its value, and what set it. */
#include <json-c/json.h>
#include <stdio.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/verb.h"
#include "sub/declare.h"
#include "sub/sub.h"

static void print_row(void *arg, const char *name, const char *value, int line)
{
	AUTO(buf) struct buf shown = {0};

	(void)arg;
	buf_escape(&shown, value);
	printf("%-16s %-40s ", name, buf_text(&shown));
	if (line > 0)
		printf("config:%d\n", line);
	else
		printf("%s\n", line < 0 ? "config, by bash" : "default");
}

static void add_row(void *arg, const char *name, const char *value, int line)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "value", json_object_new_string(value));
	if (line > 0)
		json_object_object_add(o, "line", json_object_new_int(line));
	json_object_object_add(o, "default", json_object_new_boolean(!line));
	json_object_object_add(arg, name, o);
}

static void print_all(const struct declared *d, const struct sub *s)
{
	declaration_each(&d->declaration, &d->config, print_row, NULL);
	printf("\n%s/config was read %s\n", s->path,
	       d->config.by_bash ? "by bash, in a sandbox"
	                         : "natively; nothing in it was run");
}

static void print_json(const struct declared *d)
{
	struct json_object *o = json_object_new_object();

	declaration_each(&d->declaration, &d->config, add_row, o);
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY));
	json_object_put(o);
}

int verb_config(struct context *c, int argc, char **argv)
{
	AUTO(declared) struct declared d = {0};
	AUTO(buf) struct buf warnings = {0};
	AUTO(sub) struct sub s = SUB_NONE;
	struct err err = {0};
	int r;

	if (argc != 1)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	r = sub_open(&s, &c->places, argv[0], &err);
	if (!r)
		r = declare(&d, &s, &warnings, &err);
	if (r < 0) {
		context_fail(c, &err);
		return EXIT_FAILED;
	}
	context_note(c, s.name, &warnings);
	if (c->is_json)
		print_json(&d);
	else if (!c->is_check)
		print_all(&d, &s);
	return EXIT_DONE;
}
