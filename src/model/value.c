/* SPDX-License-Identifier: MIT */
/*
 * Every refusal says where, which variable, the value, and what is allowed;
 * the value is shown escaped and cut, for it may be anything.
 */
#include "model/value.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/words.h"
#include "model/config.h"
#include "model/declaration.h"
#include "model/signal.h"

#define BLANKS        " \t\n"
#define DIGITS        "0123456789"
#define BASES_MAX     499 /* Linux' limit of 500, one is ours */
#define SHOWN_MAX     64
#define PATH_BYTES    4096 /* Linux' limit, with the NUL */
#define PARTITION_MAX 255  /* of a loop device */
#define SECONDS_MAX   86400
#define HOSTNAME_MAX  64
#define USER_MAX      255
#define WORD_BYTES    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

bool value_is_empty(const struct variable *variable)
{
	const struct words *values = &variable->values;

	for (size_t i = 0; i < values->n; i++)
		if (values->v[i][strspn(values->v[i], BLANKS)])
			return false;
	return true;
}

int value_refuse(const struct value *v, const char *fmt, ...)
{
	char text[512], line[16] = "";
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (v->variable->line)
		snprintf(line, sizeof(line), "%d:", v->variable->line);
	return err_say(v->err, -EINVAL, "%s:%s %s %s", v->where, line,
	               v->variable->name, text);
}

int value_refuse_text(const struct value *v, const char *text,
                      const char *allowed)
{
	AUTO(buf) struct buf shown = {0};
	char cut[SHOWN_MAX + 1];

	snprintf(cut, sizeof(cut), "%s", text);
	buf_escape(&shown, cut);
	return value_refuse(v, "is \"%s%s\", %s", buf_text(&shown),
	                    strlen(text) > SHOWN_MAX ? "…" : "", allowed);
}

const char *value_take_text(const struct value *v)
{
	if (!v->variable->is_array)
		return v->variable->values.v[0];
	value_refuse(v, "is an array, one value is allowed");
	return NULL;
}

void value_take_list(const struct value *v, struct words *list)
{
	const struct words *values = &v->variable->values;
	AUTO(mem) char *text = NULL;
	char *rest = NULL;

	if (v->variable->is_array) {
		for (size_t i = 0; i < values->n; i++)
			words_add(list, values->v[i]);
		return;
	}
	text = mem_copy(values->v[0]);
	for (char *word = strtok_r(text, BLANKS, &rest); word;
	     word = strtok_r(NULL, BLANKS, &rest))
		words_add(list, word);
}

/* The same, but with quotes in the text as a shell knows them. */
static int take_quoted_list(const struct value *v, struct words *list)
{
	if (v->variable->is_array) {
		value_take_list(v, list);
		return 0;
	}
	if (words_split(list, v->variable->values.v[0]) < 0)
		return value_refuse_text(
			v, v->variable->values.v[0],
			"which has a quote that is never closed");
	return 0;
}

/* Pass slashes; the next component and its length, 0 at the end. */
static size_t next_component(const char **path)
{
	*path += strspn(*path, "/");
	return strcspn(*path, "/");
}

static bool climbs(const char *path)
{
	size_t len;

	for (; (len = next_component(&path)); path += len)
		if (len == 2 && !memcmp(path, "..", 2))
			return true;
	return false;
}

/* Is it / in one of its spellings? */
static bool is_root(const char *path)
{
	size_t len;

	for (; (len = next_component(&path)); path += len)
		if (len != 1 || *path != '.')
			return false;
	return true;
}

/* A record is text of lines, and so are our messages. */
static bool has_control(const char *path)
{
	for (; *path; path++)
		if ((unsigned char)*path < 0x20 || *path == 0x7f)
			return true;
	return false;
}

static int check_path(const struct value *v, const char *path)
{
	if (has_control(path))
		return value_refuse_text(v, path,
		                         "a path without control characters is "
		                         "needed");
	if (*path != '/')
		return value_refuse_text(v, path, "an absolute path is needed");
	if (climbs(path))
		return value_refuse_text(v, path,
		                         "a path without .. is needed");
	if (strlen(path) >= PATH_BYTES)
		return value_refuse_text(v, path,
		                         "which is too long for a path");
	return 0;
}

static int check_base(const struct value *v, const char *path)
{
	if (*path && !strchr(path, '/'))
		return value_refuse_text(
			v, path,
			"the absolute path of a directory or an "
			"image is needed; bases by name are not "
			"supported by this version");
	return check_path(v, path);
}

static int check_mount(const struct value *v, const char *path)
{
	int code = check_path(v, path);

	if (code < 0)
		return code;
	if (is_root(path))
		return value_refuse_text(v, path, "a path below / is needed");
	return 0;
}

static int check_setting(const struct value *v, const char *text)
{
	size_t len = strspn(text, WORD_BYTES "_" DIGITS);

	if (!len || strchr(DIGITS, *text) || text[len] != '=')
		return value_refuse_text(v, text, "NAME=VALUE is needed");
	return 0;
}

typedef int check_item(const struct value *v, const char *item);

static int check_list(const struct value *v, struct words *list,
                      struct words *field, check_item *check)
{
	for (size_t i = 0; i < list->n; i++) {
		int code = check(v, list->v[i]);

		if (code < 0)
			return code;
	}
	*field = *list;
	*list = (struct words){0};
	return 0;
}

int value_read_bases(const struct value *v, void *field)
{
	AUTO(words) struct words list = {0};

	value_take_list(v, &list);
	if (list.n > BASES_MAX)
		return value_refuse(v, "has %zu layers, at most %d are allowed",
		                    list.n, BASES_MAX);
	return check_list(v, &list, field, check_base);
}

int value_read_paths(const struct value *v, void *field)
{
	AUTO(words) struct words list = {0};

	value_take_list(v, &list);
	return check_list(v, &list, field, check_path);
}

int value_read_mounts(const struct value *v, void *field)
{
	AUTO(words) struct words list = {0};

	value_take_list(v, &list);
	return check_list(v, &list, field, check_mount);
}

int value_read_settings(const struct value *v, void *field)
{
	AUTO(words) struct words list = {0};
	int code = take_quoted_list(v, &list);

	return code < 0 ? code : check_list(v, &list, field, check_setting);
}

int value_read_command(const struct value *v, void *field)
{
	AUTO(words) struct words list = {0};
	int code = take_quoted_list(v, &list);

	if (code < 0)
		return code;
	if (list.n && !*list.v[0])
		return value_refuse(v, "has an empty program name");
	*(struct words *)field = list;
	list = (struct words){0};
	return 0;
}

static const struct value_choice users_choices[] = {
	{"shared", USERS_SHARED},
	{"isolated", USERS_ISOLATED},
	{"no", USERS_NO},
	{0},
};
static const struct value_choice yes_choices[] = {{"no", 0}, {"yes", 1}, {0}};
static const struct value_choice network_choices[] = {
	{"private", 0},
	{"host", 1},
	{0},
};
static const struct value_choice answer_choices[] = {
	{"no", ANSWER_NO},
	{"yes", ANSWER_YES},
	{0},
};

int value_take_choice(const struct value *v, const struct value_choice *choices)
{
	AUTO(buf) struct buf allowed = {0};
	const char *text = value_take_text(v);

	if (!text)
		return -EINVAL;
	for (const struct value_choice *c = choices; c->text; c++) {
		if (!strcmp(text, c->text))
			return c->meaning;
		if (c != choices)
			buf_puts(&allowed, c[1].text ? ", " : " or ");
		buf_puts(&allowed, c->text);
	}
	buf_puts(&allowed, " is needed");
	return value_refuse_text(v, text, buf_text(&allowed));
}

int value_read_users(const struct value *v, void *field)
{
	int meaning = value_take_choice(v, users_choices);

	if (meaning < 0)
		return meaning;
	*(enum users *)field = (enum users)meaning;
	return 0;
}

int value_read_answer(const struct value *v, void *field)
{
	int meaning = value_take_choice(v, answer_choices);

	if (meaning < 0)
		return meaning;
	*(enum answer *)field = (enum answer)meaning;
	return 0;
}

int value_read_yes(const struct value *v, void *field)
{
	int meaning = value_take_choice(v, yes_choices);

	if (meaning < 0)
		return meaning;
	*(bool *)field = meaning;
	return 0;
}

int value_read_network(const struct value *v, void *field)
{
	int meaning = value_take_choice(v, network_choices);

	if (meaning < 0)
		return meaning;
	*(bool *)field = meaning;
	return 0;
}

static bool is_number(const char *text, unsigned long max)
{
	size_t len = strlen(text);

	return len && len <= 10 && strspn(text, DIGITS) == len &&
	       strtoul(text, NULL, 10) <= max;
}

int value_take_number(const struct value *v, unsigned min, unsigned max,
                      unsigned *field)
{
	char allowed[64];
	const char *text = value_take_text(v);

	if (!text)
		return -EINVAL;
	snprintf(allowed, sizeof(allowed), "a number from %u to %u is needed",
	         min, max);
	if (!is_number(text, max) || strtoul(text, NULL, 10) < min)
		return value_refuse_text(v, text, allowed);
	*field = (unsigned)strtoul(text, NULL, 10);
	return 0;
}

int value_read_partition(const struct value *v, void *field)
{
	return value_take_number(v, 0, PARTITION_MAX, field);
}

int value_read_seconds(const struct value *v, void *field)
{
	return value_take_number(v, 0, SECONDS_MAX, field);
}

int value_read_hostname(const struct value *v, void *field)
{
	const char *text = value_take_text(v);

	if (!text)
		return -EINVAL;
	if (strlen(text) > HOSTNAME_MAX || strchr("-.", *text) ||
	    text[strspn(text, WORD_BYTES DIGITS "-._")])
		return value_refuse_text(
			v, text,
			"letters, digits, '-', '.' and '_' are "
			"allowed, 64 at most, the first a letter, "
			"a digit or '_'");
	*(char **)field = mem_copy(text);
	return 0;
}

static bool is_user(const char *text)
{
	if (!text[strspn(text, DIGITS)])
		return is_number(text, UINT32_MAX - 1);
	return strlen(text) <= USER_MAX && *text != '-' &&
	       !text[strspn(text, WORD_BYTES DIGITS "-._$")];
}

int value_read_user(const struct value *v, void *field)
{
	const char *text = value_take_text(v);

	if (!text)
		return -EINVAL;
	if (!is_user(text))
		return value_refuse_text(v, text,
		                         "a user's name or number is "
		                         "needed");
	*(char **)field = mem_copy(text);
	return 0;
}

int value_read_path(const struct value *v, void *field)
{
	const char *text = value_take_text(v);

	if (!text || check_path(v, text) < 0)
		return -EINVAL;
	*(char **)field = mem_copy(text);
	return 0;
}

int value_read_seccomp(const struct value *v, void *field)
{
	const char *text = value_take_text(v);

	if (!text)
		return -EINVAL;
	if (*text == '/')
		return value_read_path(v, field);
	if (strcmp(text, "default") && strcmp(text, "strict") &&
	    strcmp(text, "off"))
		return value_refuse_text(v, text,
		                         "default, strict, off or the absolute "
		                         "path of a profile is needed");
	*(char **)field = mem_copy(text);
	return 0;
}

int value_read_signal(const struct value *v, void *field)
{
	const char *text = value_take_text(v);
	int number;

	if (!text)
		return -EINVAL;
	number = signal_number(text);
	if (!number)
		return value_refuse_text(
			v, text,
			"a signal's name or number is needed, such "
			"as TERM, SIGTERM, RTMIN+3 or 15");
	*(int *)field = number;
	return 0;
}
