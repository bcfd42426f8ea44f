/* SPDX-License-Identifier: MIT */
/* subhost, and what it executes for some verbs: find the verb, run it, or hand
 * it on. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/context.h"
#include "cli/verb.h"
#include "model/name.h"
#include "sub/libexec.h"

static void print_help(const char *program)
{
	printf("usage: %s VERB [OPTION...] [NAME...]\n\n", program);
	for (const struct verb *v = verbs; v->name; v++)
		printf("  %s%s%s\n        %s\n", v->name, *v->usage ? " " : "",
		       v->usage, v->help);
	printf("\nEvery verb takes --root DIR (where sub hosts live, else "
	       "$SUBHOST or /opt/subhost),\n-q (no notes) and --help. See "
	       "subhost(8).\n");
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
static int hand_on(const char *program, const struct verb *verb, char **argv)
{
	char path[PATH_MAX] = "";
	int r = libexec_path(verb->program, path, sizeof(path));

	if (!r) {
		execv(path, argv);
		r = -errno;
	}
	fprintf(stderr, "%s: cannot run %s for %s: %s\n", program,
	        r == -ENAMETOOLONG ? verb->program : path, verb->name,
	        strerror(-r));
	return EXIT_FAILED;
}

/* What is not about sub hosts: 0 when it is, or the exit status + 1. */
static int answer(const char *program, const char *word)
{
	if (!strcmp(word, "help")) {
		print_help(program);
		return EXIT_DONE + 1;
	}
	if (!strcmp(word, "--version")) {
		printf("subhost " VERSION "\n");
		return EXIT_DONE + 1;
	}
	return 0;
}

static int run_verb(struct context *c, int argc, char **argv)
{
	int left;

	c->verb = find_verb(argv[0]);
	if (!c->verb)
		return say_no_verb(c->program, argv[0]);
	left = context_options(c, argc - 1, argv + 1);
	if (left < 0)
		return context_usage(c);
	if (!c->is_help)
		return c->verb->run(c, left, argv + 1);
	context_help(c);
	return EXIT_DONE;
}

/* Whoever called us without standard descriptors must not see what we open take
 * their place, and a guest inherit it. */
static void fill_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd < 3);
	if (fd >= 0)
		close(fd);
}

/* PROGRAM [OPTION…] VERB [WORD…] */
int main(int argc, char **argv)
{
	struct context c = {.seconds = -1, .start_seconds = -1, .lines = -1};
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	const struct verb *verb;
	int before, status;

	c.program = slash ? slash + 1 : argc ? argv[0] : "subhost";
	fill_standard();
	umask(022); /* what we make has the modes that we say */
	signal(SIGPIPE, SIG_IGN);
	places_init(&c.places, NULL);
	status = argc > 1 ? answer(c.program, argv[1]) : 0;
	if (status)
		return status - 1;
	before = context_options_before(&c, argc - 1, argv + 1);
	if (before >= 0 && c.is_help) {
		print_help(c.program);
		return EXIT_DONE;
	}
	if (before < 0 || before + 1 >= argc) {
		fprintf(stderr, "usage: %s VERB...; see %s --help\n", c.program,
		        c.program);
		return EXIT_USAGE;
	}
	verb = find_verb(argv[before + 1]);
	if (verb && verb->program)
		return hand_on(c.program, verb, argv);
	return run_verb(&c, argc - before - 1, argv + before + 1);
}
