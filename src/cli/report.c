/* SPDX-License-Identifier: MIT */

#include "cli/report.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "cli/context.h"
#include "host/freezer.h"
#include "sub/declare.h"
#include "sub/sub.h"
#include "sys/cgroup.h"

void report_done(struct report *r)
{
	free(r->why);
	free(r->base);
	free(r->config_fault);
	buf_done(&r->differs);
	json_object_put(r->differs_json);
	cabled_done(&r->cables);
	*r = (struct report){0};
}

static void take_difference(void *arg, const char *name, const char *value)
{
	const char *quote = strchr(value, ' ') ? "\"" : "";
	struct report *r = arg;

	buf_printf(&r->differs, "%s%s=%s", r->differs.len ? " " : "", name,
	           quote);
	buf_escape(&r->differs, value);
	buf_puts(&r->differs, quote);
	json_object_object_add(r->differs_json, name,
	                       json_object_new_string(value));
}

static void take_config(struct report *r, const struct sub *s)
{
	AUTO(declared) struct declared d = {0};
	AUTO(buf) struct buf warnings = {0}, base = {0};
	struct err err = {0};

	if (declare(&d, s, &warnings, &err) < 0) {
		r->config_fault = mem_copy(err.text);
		return;
	}
	for (size_t i = 0; i < d.declaration.base.n; i++) {
		buf_puts(&base, i ? " " : "");
		buf_escape(&base, d.declaration.base.v[i]);
	}
	r->base = buf_take(&base);
	r->users = users_name(d.declaration.users);
	r->is_open = d.declaration.users == USERS_NO;
	r->mounts = d.declaration.mounts ? "yes" : "no";
	r->network = d.declaration.host_network ? "host" : "private";
	r->differs_json = json_object_new_object();
	declaration_differs(&d.declaration, take_difference, r);
}

int report_take(struct report *r, const struct context *c, const char *name,
                struct err *err)
{
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(sub) struct sub s = SUB_NONE;
	AUTO(buf) struct buf why = {0};
	struct err blocked = {0};
	int fault = sub_open(&s, &c->places, name, err);

	if (!fault)
		fault = survey_take(&v, &s, err);
	if (fault < 0)
		return fault;
	snprintf(r->name, sizeof(r->name), "%s", s.name);
	r->state = state_of(&v.facts, &why);
	if (!why.len && survey_refuse_foreign(&v, &s, &blocked) < 0)
		buf_puts(&why, blocked.text);
	r->is_frozen = v.facts.init_alive && freezer_is_on(&s, &v);
	r->why = why.len ? buf_take(&why) : NULL;
	r->since = v.record.since;
	r->uid = v.record.base;
	r->pid = v.facts.init_alive ? v.init.pid : 0;
	kept_take(&r->kept, &s, &v);
	take_config(r, &s);
	usage_take(&r->usage, &s, &v);
	return cabled_look(&s, &v, &r->cables, err);
}

static void add_text(struct json_object *o, const char *key, const char *text)
{
	if (text)
		json_object_object_add(o, key, json_object_new_string(text));
}

static void add_number(struct json_object *o, const char *key, uint64_t number)
{
	json_object_object_add(o, key, json_object_new_int64((int64_t)number));
}

/* What is not limited is not in it. */
static struct json_object *limits_json(const struct limits *l)
{
	struct json_object *o = json_object_new_object();

	if (l->memory_max)
		add_number(o, "memory_max", l->memory_max);
	if (l->memory_high)
		add_number(o, "memory_high", l->memory_high);
	if (l->cpu_max)
		json_object_object_add(
			o, "cpu_max",
			json_object_new_double(l->cpu_max / 100.));
	if (l->cpu_weight)
		add_number(o, "cpu_weight", l->cpu_weight);
	if (l->io_weight)
		add_number(o, "io_weight", l->io_weight);
	if (l->pids_max)
		add_number(o, "pids_max", l->pids_max);
	return o;
}

static struct json_object *usage_json(const struct usage *u)
{
	struct json_object *o = json_object_new_object();

	if (u->memory)
		add_number(o, "memory", u->memory);
	if (u->pids)
		add_number(o, "pids", u->pids);
	if (u->cpu)
		add_number(o, "cpu_usec", u->cpu);
	return o;
}

static struct json_object *addresses_json(const struct addresses *addresses)
{
	struct json_object *all = json_object_new_array();

	for (size_t i = 0; i < addresses->n; i++) {
		char text[ADDRESS_TEXT];

		address_print(&addresses->v[i], true, text);
		json_object_array_add(all, json_object_new_string(text));
	}
	return all;
}

/* Its name is the guest's choice: any bytes. */
static void add_inside(struct json_object *o, const struct cabled *c)
{
	AUTO(buf) struct buf name = {0};
	struct mac mac;
	char text[MAC_TEXT];

	buf_escape(&name, c->inside.name);
	memcpy(mac.bytes, c->inside.mac, sizeof(mac.bytes));
	mac_print(&mac, text);
	add_text(o, "inside", buf_text(&name));
	add_text(o, "mac", text);
	add_number(o, "mtu", c->inside.mtu);
	json_object_object_add(o, "up",
	                       json_object_new_boolean(c->inside.is_up));
	json_object_object_add(o, "addresses", addresses_json(&c->addresses));
	add_number(o, "rx_bytes", c->inside.rx_bytes);
	add_number(o, "rx_packets", c->inside.rx_packets);
	add_number(o, "tx_bytes", c->inside.tx_bytes);
	add_number(o, "tx_packets", c->inside.tx_packets);
}

static struct json_object *cable_json(const struct cabled *c, size_t number)
{
	struct json_object *o = json_object_new_object();

	add_number(o, "number", number);
	if (c->is_missing) {
		json_object_object_add(o, "missing",
		                       json_object_new_boolean(true));
		return o;
	}
	add_text(o, "link", c->outside.name);
	add_text(o, "bridge", *c->bridge ? c->bridge : NULL);
	if (c->inside.index)
		add_inside(o, c);
	return o;
}

static struct json_object *cables_json(const struct cabled_list *cables)
{
	struct json_object *all = json_object_new_array();

	for (size_t i = 0; i < cables->n; i++)
		json_object_array_add(all, cable_json(&cables->v[i], i));
	return all;
}

struct json_object *report_json(const struct report *r)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "name", r->name);
	add_text(o, "state", state_name(r->state));
	if (r->state == STATE_RUNNING)
		json_object_object_add(o, "frozen",
		                       json_object_new_boolean(r->is_frozen));
	add_text(o, "reason", r->why);
	if (r->since)
		add_number(o, "since", r->since);
	if (r->pid)
		add_number(o, "pid", (uint64_t)r->pid);
	kept_add(&r->kept, o);
	add_number(o, "processes", r->usage.processes);
	if (r->usage.memory)
		add_number(o, "memory", r->usage.memory);
	if (r->state == STATE_RUNNING) {
		json_object_object_add(o, "limits",
		                       limits_json(&r->usage.limits));
		json_object_object_add(o, "usage", usage_json(&r->usage));
	}
	add_text(o, "base", r->base);
	add_text(o, "private_users", r->users);
	if (r->users)
		json_object_object_add(o, "security_boundary",
		                       json_object_new_boolean(!r->is_open));
	add_text(o, "mounts", r->mounts);
	add_text(o, "network", r->network);
	if (r->differs_json)
		json_object_object_add(o, "differs",
		                       json_object_get(r->differs_json));
	json_object_object_add(o, "cables", cables_json(&r->cables));
	add_text(o, "config_error", r->config_fault);
	return o;
}

void report_time(uint64_t seconds, char *ret_text, size_t size)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!seconds || !localtime_r(&t, &tm) ||
	    !strftime(ret_text, size, "%Y-%m-%d %H:%M", &tm))
		snprintf(ret_text, size, "-");
}
