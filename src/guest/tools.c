/* SPDX-License-Identifier: MIT */
/*
 * The name it is called by is the verb. Options that are a tool's own are taken
 * out here, paths made absolute; all else is the host's to judge.
 */
#include "guest/tools.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/buf.h"
#include "cast/request.h"
#include "guest/place.h"

#define SECONDS     5
#define SECONDS_MAX 86400

/* clang-format off */
static const struct tool {
	const char *name;
	enum cast_verb verb;   /* CAST_VERBS: it is none of those */
	const char *usage;     /* beyond that verb's */
	const char *does;
	unsigned paths;        /* a bit for each plain word that is a path */
	bool finds_paths;      /* and for those that look like one */
	bool takes_words;
	int (*run)(const struct call *c);
} tools[] = {
	{ "caston", CAST_VERB_CASTON, " [--file] [--timeout S]",
		"Accept what is offered: all, or that one.\n"
		"A missing target is made: a directory, or with --file a file.",
		1u << 1, false, true, ask_host },
	{ "castoff", CAST_VERB_CASTOFF, " [--timeout S]",
		"Take off all casts, or that one; its offer stays.",
		0, true, true, ask_host },
	{ "castblock", CAST_VERB_CASTBLOCK, " [--timeout S]",
		"Refuse anything except what is active now, or refuse that; "
		"--lift undoes.",
		0, true, true, ask_host },
	{ "showcast", CAST_VERBS, "[-a] [--json]",
		"Show the casts that are active; -a shows also what is "
		"offered, waits,\nis blocked, and what this host gives. "
		"--json prints all for programs.",
		0, false, false, show_casts },
	{ "cast", CAST_VERB_CAST, " [--timeout S]",
		"Offer the directory or file DIR to PEER, to appear at TARGET "
		"there.",
		1u << 0, false, true, ask_host },
	{ "ucast", CAST_VERB_UCAST, " [--timeout S]",
		"Withdraw DIR from PEER, or from all; it leaves them at once.",
		1u << 0, false, true, ask_host },
	{ "restart", CAST_VERBS, "[--timeout S]",
		"Have the host restart this sub host.",
		0, false, false, ask_host },
	{ "hibernate", CAST_VERBS, "[--timeout S]",
		"Have the host end init and keep all mounts until it wakes.",
		0, false, false, ask_host },
	{ "ready", CAST_VERBS, "[--timeout S]",
		"Tell the host that this sub host is ready.",
		0, false, false, ask_host },
};
/* clang-format on */

#define TOOLS (sizeof(tools) / sizeof(*tools))

int tool_fail(const struct call *c, int status, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", c->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

static const char *base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path;
}

static const struct tool *find_tool(const char *name)
{
	for (size_t i = 0; name && i < TOOLS; i++)
		if (!strcmp(tools[i].name, name))
			return &tools[i];
	return NULL;
}

static int list_tools(void)
{
	fputs("usage: call it by the name of what it shall do:", stderr);
	for (size_t i = 0; i < TOOLS; i++)
		fprintf(stderr, " %s", tools[i].name);
	fputs("; each has --help\n", stderr);
	return TOOL_USAGE;
}

static int print_usage(const struct tool *t, FILE *to, int status)
{
	fprintf(to, "usage: %s %s%s\n", t->name,
	        t->verb == CAST_VERBS ? "" : request_verb_usage(t->verb),
	        t->usage);
	return status;
}

/* Is that word the option, by itself or with "=VALUE"? Then *ret_value is
 * that, or NULL. */
static bool is_option(const char *word, const char *option,
                      const char **ret_value)
{
	size_t len = strlen(option);

	if (strncmp(word, option, len) != 0 || (word[len] && word[len] != '='))
		return false;
	*ret_value = word[len] ? word + len + 1 : NULL;
	return true;
}

static int read_seconds(struct call *c, const char *text)
{
	char *end;
	unsigned long seconds;

	if (!text)
		return tool_fail(c, TOOL_USAGE, "--timeout needs a number");
	errno = 0;
	seconds = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || !seconds ||
	    seconds > SECONDS_MAX)
		return tool_fail(c, TOOL_USAGE,
		                 "--timeout needs seconds from 1 to %d",
		                 SECONDS_MAX);
	c->seconds = (unsigned)seconds;
	return TOOL_DONE;
}

/* Take an option that is the tool's own off argv; false: it is none. */
static bool take_option(const struct tool *t, struct call *c, char ***argv,
                        int *ret_status)
{
	const char *word = **argv, *value;

	*ret_status = TOOL_DONE;
	if (t->run == ask_host && is_option(word, "--timeout", &value)) {
		if (!value && (*argv)[1])
			value = *++*argv;
		*ret_status = read_seconds(c, value);
		return true;
	}
	if (t->verb == CAST_VERB_CASTON && !strcmp(word, "--file"))
		return c->makes_file = true;
	if (t->run == show_casts && !strcmp(word, "-a"))
		return c->is_all = true;
	if (t->run == show_casts && !strcmp(word, "--json"))
		return c->is_json = true;
	return false;
}

static bool is_path(const struct tool *t, size_t at, const char *word)
{
	if (at < 32 && t->paths & 1u << at)
		return true;
	if (!t->finds_paths)
		return false;
	return *word == '/' || *word == '.' ||
	       (strchr(word, '/') && !strchr(word, ':'));
}

static int add_plain(const struct tool *t, struct call *c, const char *word)
{
	AUTO(mem) char *sent = NULL;

	if (!*word)
		return tool_fail(c, TOOL_USAGE, "a word is empty");
	if (is_path(t, c->plain.n, word))
		sent = place_absolute(word);
	else
		sent = place_of_peer(word);
	if (!sent)
		return tool_fail(c, TOOL_REFUSED,
		                 "cannot tell the current directory: %s",
		                 strerror(errno));
	words_add(&c->words, sent);
	words_add(&c->plain, sent);
	return TOOL_DONE;
}

static int read_words(const struct tool *t, struct call *c, char **argv)
{
	bool has_options = true;

	for (; *argv; argv++) {
		int status = TOOL_DONE;

		if (has_options && !strcmp(*argv, "--"))
			has_options = false;
		else if (has_options && take_option(t, c, &argv, &status))
			;
		else if (!t->takes_words)
			status = print_usage(t, stderr, TOOL_USAGE);
		else if (has_options && **argv == '-')
			words_add(&c->words, *argv);
		else
			status = add_plain(t, c, *argv);
		if (status != TOOL_DONE)
			return status;
	}
	return TOOL_DONE;
}

static bool wants_help(char **argv)
{
	for (; *argv && strcmp(*argv, "--") != 0; argv++)
		if (!strcmp(*argv, "--help"))
			return true;
	return false;
}

static int help(const struct tool *t)
{
	print_usage(t, stdout, TOOL_DONE);
	printf("%s\n", t->does);
	return TOOL_DONE;
}

static void call_auto(struct call *c)
{
	words_done(&c->words);
	words_done(&c->plain);
}

static int run(const struct tool *t, char **argv)
{
	AUTO(call) struct call c = {.name = t->name, .seconds = SECONDS};
	int status;

	if (wants_help(argv))
		return help(t);
	status = read_words(t, &c, argv);
	return status == TOOL_DONE ? t->run(&c) : status;
}

int main(int argc, char **argv)
{
	const struct tool *t = find_tool(base_name(argv[0]));
	int status;

	if (!t || !argc)
		return list_tools();
	/* What is made for the host is 0700, for others 0755. */
	umask(022);
	status = run(t, argv + 1);
	if (fflush(stdout) == EOF || ferror(stdout))
		return tool_fail(&(struct call){.name = t->name}, TOOL_REFUSED,
		                 "cannot write to standard output");
	return status;
}
