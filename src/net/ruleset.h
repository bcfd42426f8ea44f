/* SPDX-License-Identifier: MIT */
/* What the ruleset of nft(8) says that matters to a bridge, read from its JSON,
 * see libnftables-json(5). Pure. */
#pragma once

#include <stdbool.h>

#include "net/mark.h"

struct json_object;

/* NULL when text is none; the caller's, for AUTO(ruleset). */
struct json_object *ruleset_read(const char *text);
void ruleset_auto(struct json_object **ruleset);

bool ruleset_has_table(const struct json_object *ruleset, const char *family,
                       const char *table);

/* A base chain of hook forward with policy drop. The strings are the
 * ruleset's. */
struct drop {
	const char *family, *table, *chain;
	bool is_iptables;   /* made by iptables-nft, so to be changed by it */
	bool is_of_docker;  /* there is a DOCKER-USER for rules of others */
	bool has[FAMILIES]; /* which packets pass it */
};

/*
 * Every one whose table has no rules that name bridge: both where packets come
 * in and where they go out. Where there are such rules somebody has decided
 * already.
 */
void ruleset_each_drop(const struct json_object *ruleset, const char *bridge,
                       void (*each)(void *arg, const struct drop *drop),
                       void *arg);
