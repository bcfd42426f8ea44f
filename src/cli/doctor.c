/* SPDX-License-Identifier: MIT */
/* subhost doctor [--fix]: what was left behind or does not match. */
#include <json-c/json.h>
#include <stdio.h>

#include "base/auto.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/verb.h"
#include "doctor/doctor.h"

static void put(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key,
	                       value ? json_object_new_string(value) : NULL);
}

static void print_json(const struct doctor *d)
{
	struct json_object *all = json_object_new_array();

	for (size_t i = 0; i < d->n; i++) {
		struct json_object *o = json_object_new_object();

		put(o, "finding", d->v[i].what);
		put(o, "how", d->v[i].how);
		put(o, "fix", d->v[i].fix);
		json_object_object_add(
			o, "mended",
			json_object_new_boolean(d->v[i].is_mended));
		json_object_array_add(all, o);
	}
	puts(json_object_to_json_string_ext(
		all, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(all);
}

static void print(const struct context *c, const struct finding *f)
{
	printf("%s\n    how: %s\n", f->what, f->how);
	if (f->is_mended)
		printf("    mended\n");
	else if (f->fix && !c->is_fix)
		printf("    --fix: %s\n", f->fix);
}

/* What cannot be mended is told, and the rest is tried all the same. */
static int mend(const struct context *c, struct doctor *d)
{
	int left = 0;

	for (size_t i = 0; i < d->n; i++) {
		struct err err = {0};

		if (c->is_fix && d->v[i].mend &&
		    doctor_mend(d, &d->v[i], &err) < 0)
			context_fail(c, &err);
		left += !d->v[i].is_mended;
	}
	return left;
}

int verb_doctor(struct context *c, int argc, char **argv)
{
	AUTO(doctor) struct doctor d = {0};
	struct err err = {0};
	int left;

	(void)argv;
	if (argc)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	if (doctor_examine(&d, &c->places, &err) < 0) {
		context_fail(c, &err);
		return EXIT_FAILED;
	}
	left = mend(c, &d);
	if (c->is_json)
		print_json(&d);
	for (size_t i = 0; !c->is_json && i < d.n; i++)
		print(c, &d.v[i]);
	if (!c->is_json && !d.n)
		printf("nothing found: %zu sub hosts\n", d.n_patients);
	return left ? EXIT_FAILED : EXIT_DONE;
}
