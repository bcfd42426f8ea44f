/* SPDX-License-Identifier: MIT */
/* subhost status NAME */
#include <ctype.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/report.h"
#include "cli/verb.h"
#include "model/limits.h"

static void line(const char *key, const char *value)
{
	if (value && *value)
		printf("%-14s %s\n", key, value);
}

static void print_counters(const struct link *inside)
{
	printf("%-14s received %" PRIu64 " bytes in %" PRIu64
	       " packets, sent %" PRIu64 " in %" PRIu64 "\n",
	       "", inside->rx_bytes, inside->rx_packets, inside->tx_bytes,
	       inside->tx_packets);
}

/* What a guest chose, such as a name inside, is shown escaped. */
static void print_cable(const struct cabled *c, size_t number)
{
	AUTO(buf) struct buf name = {0};
	struct mac mac;
	char key[32], text[MAC_TEXT];

	snprintf(key, sizeof(key), "cable %zu", number);
	if (c->is_missing) {
		printf("%-14s is missing; subhost cable makes it again\n", key);
		return;
	}
	if (!c->inside.index) {
		printf("%-14s is elsewhere inside; %s %s%s\n", key,
		       c->outside.name,
		       *c->bridge ? "on " : "attached to nothing", c->bridge);
		return;
	}
	buf_escape(&name, c->inside.name);
	memcpy(mac.bytes, c->inside.mac, sizeof(mac.bytes));
	mac_print(&mac, text);
	printf("%-14s %s %s %s%s, %s, MTU %u, %s\n", key, buf_text(&name),
	       c->outside.name, *c->bridge ? "on " : "attached to nothing",
	       c->bridge, text, c->inside.mtu, c->inside.is_up ? "up" : "down");
	for (size_t i = 0; i < c->addresses.n; i++) {
		char address[ADDRESS_TEXT];

		address_print(&c->addresses.v[i], true, address);
		printf("%-14s %s\n", "", address);
	}
	print_counters(&c->inside);
}

/* "memory max 512M, pids max 4096" */
static void print_limits(const struct limits *l)
{
	AUTO(buf) struct buf text = {0};

	for (enum limit i = 0; i < LIMITS; i++) {
		if (!limit_is_set(l, i))
			continue;
		buf_puts(&text, text.len ? ", " : "");
		for (const char *c = limit_name(i); *c; c++)
			buf_putc(&text, *c == '_' ? ' ' : (char)tolower(*c));
		buf_putc(&text, ' ');
		limit_show(l, i, &text);
	}
	line("limits", buf_text(&text));
}

static void print_usage(const struct usage *u)
{
	printf("%-14s %zu\n", "processes", u->processes);
	if (u->memory)
		printf("%-14s %" PRIu64 " bytes\n", "memory", u->memory);
	if (u->cpu)
		printf("%-14s %.2f seconds\n", "cpu", (double)u->cpu / 1e6);
	print_limits(&u->limits);
}

static void print(const struct report *r, const struct context *c)
{
	char since[32];

	report_time(r->since, since, sizeof(since));
	line("name", r->name);
	line("state", r->is_frozen ? "running, frozen" : state_name(r->state));
	line("reason", r->why);
	line("since", since);
	if (r->pid)
		printf("%-14s %d\n", "init", r->pid);
	kept_print(&r->kept, r->name);
	print_usage(&r->usage);
	printf("%-14s %s/%s\n", "directory", c->places.subhost, r->name);
	line("base", r->base);
	line("private users", r->users);
	if (r->is_open)
		line("", "not a security boundary: guest root is host root");
	if (r->uid && r->state != STATE_STOPPED)
		printf("%-14s host uids %" PRIu64 " to %" PRIu64 "\n", "ids",
		       r->uid, r->uid + 65535);
	line("mounts", r->mounts);
	line("network", r->network);
	if (r->network && *r->network == 'h')
		line("", "it cannot bind ports below 1024 of the host's");
	line("differs", buf_text(&r->differs));
	for (size_t i = 0; i < r->cables.n; i++)
		print_cable(&r->cables.v[i], i);
	line("config", r->config_fault);
}

int verb_status(struct context *c, int argc, char **argv)
{
	AUTO(report) struct report r = {0};
	struct err err = {0};
	struct json_object *o;

	if (argc != 1)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	if (report_take(&r, c, argv[0], &err) < 0) {
		context_fail(c, &err);
		return EXIT_FAILED;
	}
	if (!c->is_json) {
		print(&r, c);
		return EXIT_DONE;
	}
	o = report_json(&r);
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY));
	json_object_put(o);
	return EXIT_DONE;
}
