/* SPDX-License-Identifier: MIT */

#include "model/vzdaemon.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "model/name.h"
#include "model/ranges.h"

#define BLANKS      " \t\r"
#define LAST_BASE   (UINT32_MAX - 2 * RANGES_IDS)
#define TIMEOUT_MAX 86400
#define RATE_MAX    10000
#define USER_BYTES  64
#define IN_USER                                                                \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

struct key {
	const char *name;
	bool (*take)(struct vzdaemon *v, const char *value);
	const char *wanted; /* what it must be, as a clause */
};

static bool take_number(const char *text, uint32_t from, uint32_t to,
                        uint32_t *ret_number)
{
	char *end;
	unsigned long long n;

	if (*text < '0' || *text > '9')
		return false;
	n = strtoull(text, &end, 10);
	if (*end || n < from || n > to)
		return false;
	*ret_number = (uint32_t)n;
	return true;
}

static bool take_uid_base(struct vzdaemon *v, const char *value)
{
	return take_number(value, RANGES_IDS, LAST_BASE, &v->uid_base);
}

static bool take_timeout(struct vzdaemon *v, const char *value)
{
	return take_number(value, 1, TIMEOUT_MAX, &v->handler_timeout);
}

static bool take_rate(struct vzdaemon *v, const char *value)
{
	return take_number(value, 1, RATE_MAX, &v->rate);
}

static bool take_burst(struct vzdaemon *v, const char *value)
{
	return take_number(value, 1, RATE_MAX, &v->burst);
}

static bool take_user(struct vzdaemon *v, const char *value)
{
	size_t len = strspn(value, IN_USER);

	if (!len || len >= USER_BYTES || value[len] || *value == '-')
		return false;
	free(v->handler_user);
	v->handler_user = mem_copy(value);
	return true;
}

static bool take_subhost(struct vzdaemon *v, const char *value)
{
	if (*value != '/')
		return false;
	free(v->subhost);
	v->subhost = mem_copy(value);
	return true;
}

static int find_word(const char *const *words, const char *word, size_t len)
{
	for (int i = 0; words[i]; i++)
		if (strlen(words[i]) == len && !strncmp(words[i], word, len))
			return i;
	return -1;
}

/* WHERE [LEVEL] */
static bool take_log(struct vzdaemon *v, const char *value)
{
	static const char *const places[] = {"stderr", "syslog", "journal",
	                                     NULL};
	static const char *const levels[] = {"error", "info", "debug", NULL};
	size_t len = strcspn(value, BLANKS);
	int log = find_word(places, value, len), level = (int)LEVEL_INFO;

	value += len;
	value += strspn(value, BLANKS);
	if (*value)
		level = find_word(levels, value, strlen(value));
	if (log < 0 || level < 0)
		return false;
	v->log = (enum log_where)log;
	v->level = (enum log_level)level;
	return true;
}

/* clang-format off */
static const struct key keys[] = {
	{ "UID_BASE",		take_uid_base,	"a number from 65536 to 4294836223" },
	{ "HANDLER_USER",	take_user,	"a user's name or number" },
	{ "HANDLER_TIMEOUT",	take_timeout,	"a number of seconds from 1 to 86400" },
	{ "RATE",		take_rate,	"a number from 1 to 10000" },
	{ "BURST",		take_burst,	"a number from 1 to 10000" },
	{ "LOG",		take_log,	"stderr, syslog or journal, and a level: error, info or debug" },
	{ "SUBHOST",		take_subhost,	"a path that begins with /" },
	{ NULL,			NULL,		NULL },
};
/* clang-format on */

/* Cut comment and blanks off a line's ends, in place. */
static char *trim(char *line)
{
	char *end;

	line[strcspn(line, "#")] = '\0';
	line += strspn(line, BLANKS);
	for (end = line + strlen(line); end > line && strchr(BLANKS, end[-1]);)
		*--end = '\0';
	return line;
}

static int say_no_key(const char *name, const char *at, struct err *err)
{
	AUTO(buf) struct buf shown = {0};

	buf_escape(&shown, name);
	err_say(err, -EINVAL, "%s: there is no key %.100s", at,
	        buf_text(&shown));
	for (const struct key *k = keys; k->name; k++) {
		if (!name_is_near(name, k->name))
			continue;
		err_hint(err, "did you mean %s?", k->name);
		break;
	}
	return -EINVAL;
}

static int read_line(char *line, struct vzdaemon *v, const char *at,
                     struct err *err)
{
	char *value = strchr(line, '=');

	if (!value)
		return err_say(err, -EINVAL, "%s: expected KEY = value", at);
	*value++ = '\0';
	line = trim(line);
	for (const struct key *k = keys; k->name; k++) {
		if (strcmp(line, k->name))
			continue;
		return k->take(v, trim(value))
		               ? 0
		               : err_say(err, -EINVAL, "%s: %s must be %s", at,
		                         k->name, k->wanted);
	}
	return say_no_key(line, at, err);
}

static void say_usual(struct vzdaemon *v)
{
	*v = (struct vzdaemon){
		.uid_base = RANGES_UID_BASE,
		.handler_user = mem_copy("nobody"),
		.handler_timeout = 30,
		.rate = 20,
		.burst = 64,
		.level = LEVEL_INFO,
	};
}

int vzdaemon_parse(const char *text, const char *where, struct vzdaemon *ret,
                   struct err *err)
{
	AUTO(vzdaemon) struct vzdaemon v;
	AUTO(mem) char *copy = mem_copy(text);
	char *rest = copy, *line;
	int r = 0;

	say_usual(&v);
	for (unsigned n = 1; !r && (line = strsep(&rest, "\n")); n++) {
		AUTO(buf) struct buf at = {0};

		line = trim(line);
		buf_printf(&at, "%s:%u", where, n);
		if (*line)
			r = read_line(line, &v, at.data, err);
	}
	if (r < 0)
		return r;
	*ret = v;
	v = (struct vzdaemon){0};
	return 0;
}

void vzdaemon_done(struct vzdaemon *v)
{
	free(v->handler_user);
	free(v->subhost);
	*v = (struct vzdaemon){0};
}
