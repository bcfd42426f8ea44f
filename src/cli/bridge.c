/* SPDX-License-Identifier: MIT */
/* subhost bridge add | remove | list. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "model/mac.h"
#include "net/bridge.h"
#include "net/firewall.h"
#include "net/nat.h"
#include "net/ruleset.h"

/* The rules of nft, as far as a bridge of ours is concerned by them; NULL:
 * none is, or they cannot be read, which is told. */
static struct json_object *read_rules(const struct bridge *v, size_t n,
                                      struct buf *notes)
{
	AUTO(nat) struct nat nat = {0};
	struct json_object *ruleset = NULL;
	struct err err = {0};
	bool is_wanted = false;

	for (size_t i = 0; i < n; i++)
		is_wanted |= firewall_concerns(&v[i]);
	if (!is_wanted)
		return NULL;
	if (nat_open(&nat, &err) < 0 || nat_read(&nat, &ruleset, &err) < 0)
		buf_printf(notes, "%s\n", err.text);
	return ruleset;
}

static void tell_firewall(const struct context *c, struct bridges *host,
                          const char *name)
{
	AUTO(ruleset) struct json_object *ruleset = NULL;
	AUTO(bridge) struct bridge b = {0};
	AUTO(buf) struct buf notes = {0};
	struct err ignored;

	if (bridge_look(host, name, &b, &ignored))
		return;
	ruleset = read_rules(&b, 1, &notes);
	firewall_tell(&b, ruleset, &notes);
	context_note(c, name, &notes);
}

static int parse_address(const char *word, const char *bridge,
                         struct addresses *addresses, struct err *err)
{
	AUTO(buf) struct buf shown = {0};
	struct address address;
	const char *fault = address_parse(word, &address);

	if (!fault) {
		addresses_add(addresses, &address);
		return 0;
	}
	buf_escape(&shown, word);
	return err_say(err, -EINVAL, "%.200s is no address for %s: %s",
	               buf_text(&shown), bridge, fault);
}

static int parse_name(const char *name, struct err *err)
{
	AUTO(buf) struct buf shown = {0};
	const char *fault = bridge_name_fault(name);

	buf_escape(&shown, name);
	return fault ? err_say(err, -EINVAL,
	                       "%.200s is no name of a bridge: %s",
	                       buf_text(&shown), fault)
	             : 0;
}

static int add(struct context *c, struct bridges *host, char **words,
               struct err *err)
{
	struct bridge_wish wish = {.name = *words, .has_nat = c->is_nat};
	AUTO(buf) struct buf notes = {0};
	int r = parse_name(wish.name, err);

	while (!r && *++words)
		r = parse_address(*words, wish.name, &wish.addresses, err);
	if (!r)
		r = bridges_lock(host, err);
	if (!r)
		r = bridge_add(host, &wish, &notes, err);
	addresses_done(&wish.addresses);
	if (r < 0)
		return r;
	context_note(c, wish.name, &notes);
	tell_firewall(c, host, wish.name);
	return 0;
}

static int take_away(struct context *c, struct bridges *host, char **words,
                     struct err *err)
{
	AUTO(buf) struct buf notes = {0};
	int r = parse_name(*words, err);

	if (!r)
		r = bridges_lock(host, err);
	if (!r)
		r = bridge_remove(host, *words, &notes, err);
	context_note(c, *words, &notes);
	return r;
}

/* --- list ------------------------------------------------------------------
 */

static const char *const owners[] = {
	[OWNER_FOREIGN] = "host",
	[OWNER_US] = "ours",
	[OWNER_INSTANCE] = "other instance",
};

static bool has_table(const struct bridges *host, const struct bridge *b,
                      const struct json_object *ruleset)
{
	char table[NAT_TABLE];

	nat_table(host, b->link.name, table);
	return ruleset && ruleset_has_table(ruleset, "inet", table);
}

static const struct table_column columns[] = {
	{"NAME"}, {"WHOSE", .worth = 1}, {"ADDRESSES"}, {"PORTS", .worth = 2},
	{"NAT"},
};

static void add_row(struct table *t, const struct bridge *b, bool has_nat_table)
{
	AUTO(buf) struct buf name = {0}, addresses = {0}, ports = {0};
	const char *nat = "no";

	buf_escape(&name, b->link.name);
	for (size_t i = 0; i < b->addresses.n; i++) {
		char text[ADDRESS_TEXT];

		address_print(&b->addresses.v[i], true, text);
		buf_printf(&addresses, "%s%s", i ? "," : "", text);
	}
	for (size_t i = 0; i < b->ports.n; i++) {
		buf_puts(&ports, i ? "," : "");
		buf_escape(&ports, b->ports.v[i]);
	}
	if (b->mark.has_nat && b->mark.owner == OWNER_INSTANCE)
		nat = "yes"; /* its table's name is that one's to know */
	else if (b->mark.has_nat)
		nat = has_nat_table ? "yes" : "missing";
	table_add(t, buf_text(&name));
	table_add(t, owners[b->mark.owner]);
	table_add(t, addresses.len ? addresses.data : "-");
	table_add(t, ports.len ? ports.data : "-");
	table_add(t, nat);
}

static void add_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_object_new_string(text));
}

static void add_truth(struct json_object *o, const char *key, bool truth)
{
	json_object_object_add(o, key, json_object_new_boolean(truth));
}

static struct json_object *make_row(const struct bridge *b, bool has_nat_table)
{
	struct json_object *o = json_object_new_object();
	struct json_object *addresses = json_object_new_array();
	struct json_object *ports = json_object_new_array();
	char text[ADDRESS_TEXT], mac_text[MAC_TEXT];
	struct mac mac;

	memcpy(mac.bytes, b->link.mac, sizeof(mac.bytes));
	mac_print(&mac, mac_text);
	add_text(o, "name", b->link.name);
	add_truth(o, "ours", b->mark.owner == OWNER_US);
	add_text(o, "owner", owners[b->mark.owner]);
	add_truth(o, "up", b->link.is_up);
	add_text(o, "mac", mac_text);
	json_object_object_add(o, "mtu",
	                       json_object_new_int64((int64_t)b->link.mtu));
	for (size_t i = 0; i < b->addresses.n; i++) {
		address_print(&b->addresses.v[i], true, text);
		json_object_array_add(addresses, json_object_new_string(text));
	}
	for (size_t i = 0; i < b->ports.n; i++)
		json_object_array_add(ports,
		                      json_object_new_string(b->ports.v[i]));
	json_object_object_add(o, "addresses", addresses);
	json_object_object_add(o, "ports", ports);
	add_truth(o, "nat", b->mark.has_nat);
	if (b->mark.has_nat && b->mark.owner == OWNER_US && !has_nat_table)
		add_truth(o, "nat_missing", true);
	return o;
}

static void show(const struct context *c, const struct bridges *host,
                 const struct bridge *v, size_t n)
{
	AUTO(buf) struct buf notes = {0};
	AUTO(ruleset) struct json_object *ruleset = read_rules(v, n, &notes);
	struct json_object *all = json_object_new_array();
	AUTO(table)
	struct table table = {
		.columns = columns,
		.n = sizeof(columns) / sizeof(*columns),
	};

	context_note(c, "bridge", &notes);
	for (size_t i = 0; i < n; i++) {
		bool has_nat_table = has_table(host, &v[i], ruleset);

		if (c->is_json)
			json_object_array_add(all,
			                      make_row(&v[i], has_nat_table));
		else
			add_row(&table, &v[i], has_nat_table);
	}
	if (c->is_json)
		puts(json_object_to_json_string_ext(
			all, JSON_C_TO_STRING_PRETTY |
				     JSON_C_TO_STRING_NOSLASHESCAPE));
	else
		table_print(&table);
	json_object_put(all);
	fflush(stdout);
	for (size_t i = 0; i < n; i++) {
		AUTO(buf) struct buf told = {0};

		firewall_tell(&v[i], ruleset, &told);
		context_note(c, v[i].link.name, &told);
	}
}

static int list(struct context *c, struct bridges *host, char **words,
                struct err *err)
{
	struct bridge *v;
	size_t n;
	int r = bridge_list(host, &v, &n, err);

	(void)words;
	if (r < 0)
		return r;
	show(c, host, v, n);
	for (size_t i = 0; i < n; i++)
		bridge_done(&v[i]);
	free(v);
	return 0;
}

/* --- which -----------------------------------------------------------------
 */

struct command {
	const char *name;
	int least, most; /* words behind its name */
	bool has_nat, has_json;
	int (*run)(struct context *c, struct bridges *host, char **words,
	           struct err *err);
};

/* clang-format off */
static const struct command commands[] = {
	{ "add",	1, 256,	true,	false,	add },
	{ "remove",	1, 1,	false,	false,	take_away },
	{ "list",	0, 0,	false,	true,	list },
};
/* clang-format on */

static const struct command *find_command(const struct context *c, int argc,
                                          char **argv)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		const struct command *found = &commands[i];

		if (strcmp(found->name, argv[0]))
			continue;
		if (argc - 1 < found->least || argc - 1 > found->most ||
		    (c->is_nat && !found->has_nat) ||
		    (c->is_json && !found->has_json))
			return NULL;
		return found;
	}
	return NULL;
}

int verb_bridge(struct context *c, int argc, char **argv)
{
	AUTO(bridges) struct bridges host = BRIDGES_NONE;
	const struct command *command =
		argc ? find_command(c, argc, argv) : NULL;
	struct err err = {0};
	int r;

	if (!command)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	r = bridges_open(&host, &c->places, &err);
	if (!r)
		r = command->run(c, &host, argv + 1, &err);
	if (r < 0) {
		context_fail(c, &err);
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}
