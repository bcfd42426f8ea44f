/* SPDX-License-Identifier: MIT */
/* The values of what services are told: when to start, and start again. */
#include <errno.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/words.h"
#include "model/config.h"
#include "model/name.h"
#include "model/restart.h"
#include "model/value.h"

#define AFTER_MAX 256

static const char cast_prefix[] = "cast:";

int value_read_restart(const struct value *v, void *field)
{
	static const struct value_choice choices[] = {
		{"no", RESTART_NO},
		{"on-failure", RESTART_ON_FAILURE},
		{"always", RESTART_ALWAYS},
		{0},
	};
	int meaning = value_take_choice(v, choices);

	if (meaning < 0)
		return meaning;
	*(enum restart *)field = (enum restart)meaning;
	return 0;
}

void value_print_restart(struct buf *b, const void *field)
{
	buf_puts(b, restart_name(*(const enum restart *)field));
}

/* "cast:PEER:/path"; PEER may be the host. */
static bool is_cast(const char *word)
{
	const char *colon = strchr(word, ':');
	char peer[NAME_BYTES];
	size_t len = colon ? (size_t)(colon - word) : 0;

	if (!len || len >= sizeof(peer) || colon[1] != '/')
		return false;
	memcpy(peer, word, len);
	peer[len] = '\0';
	return !strcmp(peer, "host") || name_is_valid(peer);
}

static int check_after(const struct value *v, const char *word)
{
	bool good = strncmp(word, cast_prefix, sizeof(cast_prefix) - 1)
	                    ? name_is_valid(word)
	                    : is_cast(word + sizeof(cast_prefix) - 1);

	return good ? 0
	            : value_refuse_text(v, word,
	                                "the name of a sub host, or "
	                                "cast:PEER:/PATH, is needed");
}

int value_read_after(const struct value *v, void *field)
{
	AUTO(words) struct words list = {0};
	int r = 0;

	value_take_list(v, &list);
	if (list.n > AFTER_MAX)
		return value_refuse(v, "has %zu words, at most %d are allowed",
		                    list.n, AFTER_MAX);
	for (size_t i = 0; !r && i < list.n; i++)
		r = check_after(v, list.v[i]);
	if (r < 0)
		return r;
	*(struct words *)field = list;
	list = (struct words){0};
	return 0;
}
