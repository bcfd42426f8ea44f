/* SPDX-License-Identifier: MIT */

#include "cli/context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/verb.h"
#include "model/name.h"

struct option_row {
	const char *name;
	const char *verbs; /* " a b ": those that take it; NULL: all */
	void (*set)(struct context *c); /* it has no value, or */
	bool (*take)(struct context *c, const char *value);
	bool is_word; /* or it is left among the verb's words */
};

static void set_quiet(struct context *c)
{
	c->is_quiet = true;
}

static void set_json(struct context *c)
{
	c->is_json = true;
}

static void set_forced(struct context *c)
{
	c->is_forced = true;
}

static void set_check(struct context *c)
{
	c->is_check = true;
}

static void set_nat(struct context *c)
{
	c->is_nat = true;
}

static void set_saved(struct context *c)
{
	c->is_saved = true;
}

static void set_detached(struct context *c)
{
	c->is_detached = true;
}

static void set_follows(struct context *c)
{
	c->follows = true;
}

static bool take_lines(struct context *c, const char *value)
{
	char *end;

	c->lines = strtol(value, &end, 10);
	return *value && !*end && c->lines >= 0;
}

static bool take_since(struct context *c, const char *value)
{
	c->since = value;
	return *value;
}

static bool take_root(struct context *c, const char *value)
{
	/* It is the environment that the program's other half gets, too. */
	if (value[0] != '/' || setenv("SUBHOST", value, 1) < 0)
		return false;
	places_init(&c->places, NULL);
	return true;
}

static bool take_user(struct context *c, const char *value)
{
	c->user = value;
	return *value;
}

static void set_kill(struct context *c)
{
	c->is_kill = true;
}

static void set_all(struct context *c)
{
	c->is_all = true;
}

static void set_help(struct context *c)
{
	c->is_help = true;
}

static void set_fix(struct context *c)
{
	c->is_fix = true;
}

static void set_graph(struct context *c)
{
	c->is_graph = true;
}

static void set_svg(struct context *c)
{
	c->is_svg = true;
}

static bool take_actor(struct context *c, const char *value)
{
	c->actor = value;
	return *value;
}

static void set_yes(struct context *c)
{
	c->is_yes = true;
}

static bool take_base(struct context *c, const char *value)
{
	c->base = value;
	return *value;
}

static bool take_image(struct context *c, const char *value)
{
	c->image = value;
	return *value;
}

static bool take_from(struct context *c, const char *value)
{
	c->from = value;
	return *value;
}

/* An empty one is a cable that is attached to nothing. */
static bool take_bridge(struct context *c, const char *value)
{
	if (c->n_bridges == CONTEXT_BRIDGES_MAX)
		return false;
	c->bridges[c->n_bridges++] = *value ? value : "=";
	return true;
}

static bool read_seconds(const char *value, int *ret)
{
	char *end;
	long seconds = strtol(value, &end, 10);

	if (!*value || *end || seconds < 0 || seconds > 86400)
		return false;
	*ret = (int)seconds;
	return true;
}

static bool take_seconds(struct context *c, const char *value)
{
	return read_seconds(value, &c->seconds);
}

static bool take_start_seconds(struct context *c, const char *value)
{
	return read_seconds(value, &c->start_seconds);
}

static bool take_delay(struct context *c, const char *value)
{
	return take_seconds(c, value) && c->seconds > 0;
}

#define CAST_VERBS " cast ucast caston castoff castblock publish unpublish "

/* clang-format off */
static const struct option_row options[] = {
	{ "--root",	NULL,			NULL,	take_root },
	{ "-d",		" start restart ",		set_detached },
	{ "-d",		" top ",		NULL,	take_delay },
	{ "-f",		" logs events ",		set_follows },
	{ "-n",		" logs events ",		NULL,	take_lines },
	{ "--since",	" logs ",		NULL,	take_since },
	{ "-h",		NULL,			set_help },
	{ "--help",	NULL,			set_help },
	{ "-q",		NULL,			set_quiet },
	{ "--quiet",	NULL,			set_quiet },
	{ "--json",	" list status top events config bridge check showcast doctor ", set_json },
	{ "--save",	" set ",		set_saved },
	{ "--check",	" config ",		set_check },
	{ "--nat",	" bridge ",		set_nat },
	{ "--force",	" stop hibernate restart ", set_forced },
	{ "--timeout",	" stop hibernate restart ", NULL, take_seconds },
	{ "--timeout",	" start ",		NULL,	take_start_seconds },
	{ "-u",		" enter ",		NULL,	take_user },
	{ "--as",	CAST_VERBS "showcast ",	NULL,	take_actor },
	{ "--kill",	" castoff ucast ",	set_kill },
	{ "--ro",	" cast caston publish ", .is_word = true },
	{ "--rw",	" cast publish ",	.is_word = true },
	{ "--refresh", " allow ", .is_word = true },
	{ "--lift",	" castblock ",		.is_word = true },
	{ "-a",		" showcast ",		set_all },
	{ "--all",	" showcast ",		set_all },
	{ "--fix",	" doctor ",		set_fix },
	{ "--graph",	" showcast ",		set_graph },
	{ "--svg",	" showcast ",		set_svg },
	{ "--yes",	" destroy ",		set_yes },
	{ "--base",	" create ",		NULL,	take_base },
	{ "--image",	" create ",		NULL,	take_image },
	{ "--bridge",	" create ",		NULL,	take_bridge },
	{ "--from",	" create ",		NULL,	take_from },
	{ NULL,		NULL,			NULL },
};
/* clang-format on */

void context_fail(const struct context *c, const struct err *err)
{
	fprintf(stderr, "%s: %s\n", c->program, err->text);
}

void context_note(const struct context *c, const char *name,
                  const struct buf *lines)
{
	const char *line = buf_text(lines);

	while (!c->is_quiet && *line) {
		int len = (int)strcspn(line, "\n");

		fprintf(stderr, "%s: %s: %.*s\n", c->program, name, len, line);
		line += len + (line[len] == '\n');
	}
}

bool context_is_root(const struct context *c)
{
	if (!geteuid())
		return true;
	fprintf(stderr, "%s: only root can do this\n", c->program);
	return false;
}

static void print_usage(const struct context *c, FILE *to)
{
	const struct verb *v = c->verb;

	fprintf(to, "usage: %s %s%s%s\n", c->program, v->name,
	        *v->usage ? " " : "", v->usage);
}

int context_usage(const struct context *c)
{
	print_usage(c, stderr);
	return EXIT_USAGE;
}

void context_help(const struct context *c)
{
	print_usage(c, stdout);
	printf("\n  %s\n\nSee subhost(8).\n", c->verb->help);
}

static bool is_of_verb(const struct context *c, const struct option_row *o)
{
	char verb[64];

	snprintf(verb, sizeof(verb), " %s ", c->verb ? c->verb->name : "");
	return !o->verbs || strstr(o->verbs, verb);
}

/* The row of an option of this verb; *ret_value is what "--x=VALUE" gives. */
static const struct option_row *find(const struct context *c, const char *word,
                                     const char **ret_value)
{
	const char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);

	*ret_value = equals ? equals + 1 : NULL;
	for (const struct option_row *o = options; o->name; o++)
		if (strlen(o->name) == len && !strncmp(o->name, word, len) &&
		    is_of_verb(c, o))
			return o;
	/* Of one letter, its value may follow at once: -n2. */
	for (const struct option_row *o = options; o->name; o++)
		if (word[1] != '-' && strlen(o->name) == 2 && o->take &&
		    !strncmp(o->name, word, 2) && is_of_verb(c, o)) {
			*ret_value = word + 2;
			return o;
		}
	return NULL;
}

static void say_no_option(const struct context *c, const char *word)
{
	fprintf(stderr, "%s: there is no option %s%s%s", c->program, word,
	        c->verb ? " of " : "", c->verb ? c->verb->name : "");
	for (const struct option_row *o = options; o->name; o++)
		if (is_of_verb(c, o) && word[1] == '-' && o->name[1] == '-' &&
		    name_is_near(word + 2, o->name + 2)) {
			fprintf(stderr, "; did you mean %s?", o->name);
			break;
		}
	fprintf(stderr, "\n");
}

/* Is it an option that the verb's words keep? */
static bool stays(const struct context *c, const char *word)
{
	const char *value;
	const struct option_row *o = find(c, word, &value);

	return o && o->is_word && !value;
}

/* Take one option; *at is the index of its last word then. */
static bool take(struct context *c, int argc, char **argv, int *at)
{
	const char *word = argv[*at], *value;
	const struct option_row *o = find(c, word, &value);

	if (!o || o->is_word || (o->set && value)) {
		say_no_option(c, word);
		return false;
	}
	if (o->set) {
		o->set(c);
		return true;
	}

	if (!value && *at + 1 < argc)
		value = argv[++*at];
	if (value && o->take(c, value))
		return true;
	if (value)
		fprintf(stderr, "%s: %s is not a good value for %s\n",
		        c->program, value, o->name);
	else
		fprintf(stderr, "%s: %s needs a value\n", c->program, o->name);
	return false;
}

int context_options_before(struct context *c, int argc, char **argv)
{
	int i = 0;

	for (; i < argc && argv[i][0] == '-'; i++)
		if (!take(c, argc, argv, &i))
			return -1;
	return i;
}

/* Move "--" and all after it to the words that are left. */
static int keep_rest(int argc, char **argv, int at, int left)
{
	while (at < argc)
		argv[left++] = argv[at++];
	argv[left] = NULL;
	return left;
}

int context_options(struct context *c, int argc, char **argv)
{
	int left = 0;

	for (int i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "--"))
			return keep_rest(argc, argv, i, left);
		if (argv[i][0] != '-' || !argv[i][1] || stays(c, argv[i]))
			argv[left++] = argv[i];
		else if (!take(c, argc, argv, &i))
			return -1;
	}
	argv[left] = NULL;
	return left;
}
