/* SPDX-License-Identifier: MIT */
/* subhost and subhost-more: find the verb, run it, or hand it on. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/context.h"
#include "cli/verb.h"
#include "host/libexec.h"
#include "model/name.h"

static void print_help(const char *program)
{
	printf("usage: %s VERB [OPTION...] [NAME...]\n\n", program);
	for (const struct verb *v = verbs; v->name; v++)
		printf("  %s %s\n        %s\n", v->name, v->usage, v->help);
	printf("\nEvery verb takes --root DIR (where sub hosts live, else "
	       "$SUBHOST or /opt/subhost)\nand -q (no notes). See subhost(8).\n");
}

static const struct verb *find_verb(const char *name)
{
	for (const struct verb *v = verbs; v->name; v++)
		if (!strcmp(v->name, name))
			return v;
	return NULL;
}

static int say_no_verb(const char *program, const char *name)
{
	fprintf(stderr, "%s: there is no verb %.100s", program, name);
	for (const struct verb *v = verbs; v->name; v++) {
		if (!name_is_near(name, v->name))
			continue;
		fprintf(stderr, "; did you mean %s?", v->name);
		break;
	}
	fprintf(stderr, "\n");
	return EXIT_USAGE;
}

/* Go on in the program that has the verb. */
static int hand_on(const char *program, char **argv)
{
	char path[PATH_MAX];

	if (!libexec_path("subhost-more", path, sizeof(path)))
		execv(path, argv);
	fprintf(stderr, "%s: cannot run %s: %s\n", program, path,
	        strerror(errno));
	return EXIT_FAILED;
}

/* The words of each invocation: PROGRAM VERB WORDS…; descriptors 0 to 2 are
 * open, lest a file of ours takes the place of one. */
int main(int argc, char **argv)
{
	struct context c = {.seconds = -1};
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;

	c.program = slash ? slash + 1 : argc ? argv[0] : "subhost";
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		fprintf(stderr, "usage: %s VERB…; see %s --help\n", c.program,
		        c.program);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help")) {
		print_help(c.program);
		return EXIT_DONE;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("subhost " VERSION "\n");
		return EXIT_DONE;
	}
	c.verb = find_verb(argv[1]);
	if (!c.verb)
		return say_no_verb(c.program, argv[1]);
	if (c.verb->is_elsewhere)
		return hand_on(c.program, argv);
	places_init(&c.places, NULL);
	argc = context_options(&c, argc - 2, argv + 2);
	return argc < 0 ? context_usage(&c) : c.verb->run(&c, argc, argv + 2);
}
