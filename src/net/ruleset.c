/* SPDX-License-Identifier: MIT */

#include "net/ruleset.h"

#include <json-c/json.h>
#include <stddef.h>
#include <string.h>

#define DOCKER_USER "DOCKER-USER"

struct json_object *ruleset_read(const char *text)
{
	struct json_object *o = json_tokener_parse(text);

	if (json_object_is_type(json_object_object_get(o, "nftables"),
	                        json_type_array))
		return o;
	json_object_put(o);
	return NULL;
}

void ruleset_auto(struct json_object **ruleset)
{
	json_object_put(*ruleset);
}

/* The next thing of that kind ("table", "chain", "rule"); NULL: no more. */
static struct json_object *next(const struct json_object *ruleset,
                                const char *kind, size_t *at)
{
	struct json_object *all = json_object_object_get(ruleset, "nftables");
	struct json_object *found = NULL;

	while (!found && *at < json_object_array_length(all))
		found = json_object_object_get(
			json_object_array_get_idx(all, (*at)++), kind);
	return found;
}

/* Its member's text; "" when it is none. */
static const char *text_of(const struct json_object *o, const char *key)
{
	struct json_object *member = json_object_object_get(o, key);

	return json_object_is_type(member, json_type_string)
	               ? json_object_get_string(member)
	               : "";
}

static bool says(const struct json_object *o, const char *key, const char *text)
{
	return !strcmp(text_of(o, key), text);
}

bool ruleset_has_table(const struct json_object *ruleset, const char *family,
                       const char *table)
{
	struct json_object *t;
	size_t at = 0;

	while ((t = next(ruleset, "table", &at)))
		if (says(t, "family", family) && says(t, "name", table))
			return true;
	return false;
}

static bool is_in_table(const struct json_object *o, const struct drop *drop)
{
	return says(o, "family", drop->family) && says(o, "table", drop->table);
}

static bool has_chain(const struct json_object *ruleset,
                      const struct drop *drop, const char *chain)
{
	struct json_object *c;
	size_t at = 0;

	while ((c = next(ruleset, "chain", &at)))
		if (is_in_table(c, drop) && says(c, "name", chain))
			return true;
	return false;
}

/* Is it bridge, or a pattern "br*" that fits? */
static bool is_name(const struct json_object *o, const char *bridge)
{
	const char *text;
	size_t len;

	if (!json_object_is_type(o, json_type_string))
		return false;
	text = json_object_get_string((struct json_object *)o);
	len = strlen(text);
	if (len && text[len - 1] == '*')
		return !strncmp(text, bridge, len - 1);
	return !strcmp(text, bridge);
}

/* Is it that name, or a set with it: {"set": ["br0", "br1"]}? */
static bool is_among(const struct json_object *right, const char *bridge)
{
	struct json_object *set;

	if (!json_object_is_type(right, json_type_object))
		return is_name(right, bridge);
	set = json_object_object_get(right, "set");
	if (!json_object_is_type(set, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(set); i++)
		if (is_name(json_object_array_get_idx(set, i), bridge))
			return true;
	return false;
}

enum way { WAY_NONE, WAY_IN, WAY_OUT };

static enum way way_of(const char *key)
{
	if (!strcmp(key, "iifname") || !strcmp(key, "iif"))
		return WAY_IN;
	return !strcmp(key, "oifname") || !strcmp(key, "oif") ? WAY_OUT
	                                                      : WAY_NONE;
}

/* Which way one statement of a rule names bridge:
 * {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": …}} */
static enum way way_named(const struct json_object *statement,
                          const char *bridge)
{
	/* Of what is no object, or NULL, json-c gives NULL. */
	struct json_object *match = json_object_object_get(statement, "match");
	struct json_object *left = json_object_object_get(match, "left");
	struct json_object *meta = json_object_object_get(left, "meta");

	if (!says(match, "op", "==") ||
	    !is_among(json_object_object_get(match, "right"), bridge))
		return WAY_NONE;
	return way_of(text_of(meta, "key"));
}

static bool is_decided(const struct json_object *ruleset,
                       const struct drop *drop, const char *bridge)
{
	struct json_object *rule, *expr;
	bool found[] = {[WAY_IN] = false, [WAY_OUT] = false};
	size_t at = 0;

	while ((rule = next(ruleset, "rule", &at))) {
		expr = json_object_object_get(rule, "expr");
		if (!is_in_table(rule, drop) ||
		    !json_object_is_type(expr, json_type_array))
			continue;
		for (size_t i = 0; i < json_object_array_length(expr); i++)
			found[way_named(json_object_array_get_idx(expr, i),
			                bridge)] = true;
	}
	return found[WAY_IN] && found[WAY_OUT];
}

/* Read a chain, if packets of IP pass it and are dropped. */
static bool read_drop(const struct json_object *ruleset,
                      const struct json_object *chain, struct drop *ret_drop)
{
	struct drop d = {
		.family = text_of(chain, "family"),
		.table = text_of(chain, "table"),
		.chain = text_of(chain, "name"),
	};
	bool is_inet = !strcmp(d.family, "inet");

	d.has[FAMILY_IPV4] = is_inet || !strcmp(d.family, "ip");
	d.has[FAMILY_IPV6] = is_inet || !strcmp(d.family, "ip6");
	if (!d.has[FAMILY_IPV4] && !d.has[FAMILY_IPV6])
		return false;
	if (!says(chain, "hook", "forward") || !says(chain, "policy", "drop"))
		return false;
	if (!is_inet && !strcmp(d.table, "filter")) {
		d.is_of_docker = has_chain(ruleset, &d, DOCKER_USER);
		d.is_iptables = d.is_of_docker || !strcmp(d.chain, "FORWARD");
	}
	*ret_drop = d;
	return true;
}

void ruleset_each_drop(const struct json_object *ruleset, const char *bridge,
                       void (*each)(void *arg, const struct drop *drop),
                       void *arg)
{
	struct json_object *chain;
	struct drop drop;
	size_t at = 0;

	while ((chain = next(ruleset, "chain", &at)))
		if (read_drop(ruleset, chain, &drop) &&
		    !is_decided(ruleset, &drop, bridge))
			each(arg, &drop);
}
