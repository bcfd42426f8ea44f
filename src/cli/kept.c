/* SPDX-License-Identifier: MIT */

#include "cli/kept.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/report.h"
#include "host/survey.h"
#include "sub/sub.h"

void kept_take(struct kept *k, const struct sub *s, const struct survey *v)
{
	exits_recall(s->places, s->name, &k->last);
	if (!v->record.detached || !v->record.keeper)
		return;
	k->is_lost = keeper_is_lost(v);
	if (!k->is_lost && !keeper_is_alive(&v->record))
		return; /* nothing is left to be kept */
	k->supervisor = (int)v->record.keeper;
	k->is_silent = !k->is_lost && keeper_ask(s, &k->news) < 0;
}

static void print_supervisor(const struct kept *k, const char *name)
{
	if (!k->supervisor)
		return;
	printf("%-14s pid %d", "supervisor", k->supervisor);
	if (k->is_lost)
		printf(", dead: subhost start -d %s adopts it", name);
	else if (k->is_silent)
		printf(", does not answer");
	putchar('\n');
}

static void print_news(const struct keeper_news *n)
{
	uint64_t now = (uint64_t)time(NULL);

	if (n->notify && !n->again_at)
		printf("%-14s %s\n", "ready",
		       n->stopping ? "it is stopping"
		       : n->ready  ? "yes"
		                   : "not yet");
	if (*n->status)
		printf("%-14s %s\n", "says", n->status);
	if (n->again_at)
		printf("%-14s in %" PRIu64 " s (start %u in a row)\n",
		       "restarts", n->again_at > now ? n->again_at - now : 0,
		       n->count);
	if (n->refused)
		printf("%-14s cannot be written: %s; the console waits\n",
		       "log", strerror(n->refused));
}

static void print_last(const struct exited *e)
{
	char when[32];

	if (!e->at)
		return;
	report_time(e->at, when, sizeof(when));
	if (!e->is_known)
		printf("%-14s %s, how is not known", "last end", when);
	else
		printf("%-14s %s, %s %u", "last end", when,
		       e->by_signal ? "by signal" : "with status", e->number);
	printf(", after %" PRIu64 " s\n", e->seconds);
}

void kept_print(const struct kept *k, const char *name)
{
	print_supervisor(k, name);
	print_news(&k->news);
	print_last(&k->last);
}

static void add_number(struct json_object *o, const char *key, uint64_t number)
{
	json_object_object_add(o, key, json_object_new_int64((int64_t)number));
}

static void add_truth(struct json_object *o, const char *key, bool truth)
{
	json_object_object_add(o, key, json_object_new_boolean(truth));
}

static void add_last(const struct exited *e, struct json_object *o)
{
	struct json_object *last;

	if (!e->at)
		return;
	last = json_object_new_object();
	add_number(last, "time", e->at);
	if (e->is_known)
		add_number(last, e->by_signal ? "signal" : "status", e->number);
	add_number(last, "seconds", e->seconds);
	json_object_object_add(o, "last_exit", last);
}

void kept_add(const struct kept *k, struct json_object *o)
{
	const struct keeper_news *n = &k->news;

	add_truth(o, "detached", k->supervisor);
	if (k->supervisor) {
		add_number(o, "supervisor", (uint64_t)k->supervisor);
		add_truth(o, "supervisor_alive", !k->is_lost);
	}
	if (n->notify)
		add_truth(o, "ready", n->ready);
	if (*n->status)
		json_object_object_add(o, "says",
		                       json_object_new_string(n->status));
	if (n->again_at) {
		add_number(o, "restarts_at", n->again_at);
		add_number(o, "restarts", n->count);
	}
	add_last(&k->last, o);
}
