/* SPDX-License-Identifier: MIT */
/* subhost check: can this kernel and this host do it? */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "cli/context.h"
#include "cli/probes.h"
#include "cli/verb.h"
#include "sys/older.h"

static bool is_missing(const struct probe *p, int found)
{
	return found < 0 && p->traits & NEEDED;
}

static const char *state_of(const struct probe *p, int found)
{
	static const char *const texts[] = {
		[FOUND] = "yes",
		[FOUND_OLD] = "v1",
		[FOUND_UNIFIED] = "v2",
		[NOT_TRIED] = "?",
	};

	if (found < 0)
		return is_missing(p, found) ? "MISSING" : "no";
	return texts[found];
}

static void print_row(const struct probe *p, int found)
{
	const char *text = p->purpose;

	if (found < 0 && p->otherwise)
		text = p->otherwise;
	printf("%-24s %-8s %s\n", p->feature, state_of(p, found), text);
	if (is_missing(p, found))
		printf("%-33s %s\n", "", strerror(-found));
}

static void add_row(struct json_object *all, const struct probe *p, int found)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "feature",
	                       json_object_new_string(p->feature));
	json_object_object_add(o, "for", json_object_new_string(p->purpose));
	json_object_object_add(o, "needed",
	                       json_object_new_boolean(p->traits & NEEDED));
	/* null: there was nothing to try it with. */
	json_object_object_add(o, "present",
	                       found == NOT_TRIED
	                               ? NULL
	                               : json_object_new_boolean(found >= 0));
	if (found == FOUND_OLD || found == FOUND_UNIFIED)
		json_object_object_add(
			o, "version",
			json_object_new_int(found == FOUND_OLD ? 1 : 2));
	if (found < 0)
		json_object_object_add(
			o, "error", json_object_new_string(strerror(-found)));
	if (p->otherwise)
		json_object_object_add(o, "otherwise",
		                       json_object_new_string(p->otherwise));
	json_object_array_add(all, o);
}

static void print_sum(int missing, int untried)
{
	if (older_kernel())
		printf("\nSUBHOST_OLDER_KERNEL=1: what is newer than Linux 6.1 "
		       "is not used\n");
	if (untried)
		printf("\n?: there is nothing here to try it with\n");
	if (missing)
		printf("\n%d of what is needed is MISSING\n", missing);
	else
		printf("\nall that is needed is there\n");
}

int verb_check(struct context *c, int argc, char **argv)
{
	struct json_object *all = json_object_new_array();
	int missing = 0, untried = 0;

	(void)argv;
	if (argc)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	if (!c->is_json)
		printf("%-24s %-8s %s\n", "FEATURE", "HERE",
		       "FOR; WHERE IT IS NOT: WHAT THEN");
	for (const struct probe *p = probes; p->feature; p++) {
		int found = probe_try(p, &c->places);

		missing += is_missing(p, found);
		untried += found == NOT_TRIED;
		if (c->is_json)
			add_row(all, p, found);
		else
			print_row(p, found);
	}
	if (c->is_json)
		puts(json_object_to_json_string_ext(all,
		                                    JSON_C_TO_STRING_PRETTY));
	else
		print_sum(missing, untried);
	json_object_put(all);
	return missing ? EXIT_FAILED : EXIT_DONE;
}
