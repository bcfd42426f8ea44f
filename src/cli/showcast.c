/* SPDX-License-Identifier: MIT */
/* subhost showcast: the casts of one sub host, or of all. */
#include <errno.h>
#include <json-c/json.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cast/casts.h"
#include "cli/context.h"
#include "cli/shown.h"
#include "cli/table.h"
#include "cli/verb.h"

static const char *mode_name(unsigned mode)
{
	static const char *const names[] = {"rw", "ro", "rw,noexec",
	                                    "ro,noexec"};

	return names[mode & (CAST_RO | CAST_NOEXEC)];
}

static void put(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

static void print_json(const struct shown *s)
{
	struct json_object *all = json_object_new_array();

	for (size_t i = 0; i < s->n; i++) {
		struct json_object *o = json_object_new_object();
		const struct page_item *item = &s->v[i].item;

		put(o, "receiver", s->v[i].receiver);
		put(o, "state", page_state_name(item->state));
		put(o, "mode", mode_name(item->mode));
		put(o, "peer", item->peer);
		put(o, "source", item->source);
		put(o, "target", item->target);
		put(o, "reason", item->reason);
		json_object_array_add(all, o);
	}
	puts(json_object_to_json_string_ext(
		all, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(all);
}

static const struct table_column columns[] = {
	{"RECEIVER"}, {"STATE"},  {"MODE", .worth = 1},
	{"SOURCE"},   {"TARGET"}, {"REASON", .is_note = true},
};

static void add_escaped(struct table *t, const char *text)
{
	AUTO(buf) struct buf b = {0};

	buf_escape(&b, text);
	table_add(t, buf_text(&b));
}

static void add_row(struct table *t, const struct shown_row *row)
{
	AUTO(buf) struct buf source = {0};

	buf_printf(&source, "%s:%s", row->item.peer, row->item.source);
	table_add(t, row->receiver);
	table_add(t, page_state_name(row->item.state));
	table_add(t, mode_name(row->item.mode));
	add_escaped(t, source.data);
	add_escaped(t, row->item.target);
	add_escaped(t, row->item.reason);
}

static void print_table(const struct shown *s, bool all)
{
	AUTO(table)
	struct table t = {
		.columns = columns,
		.n = sizeof(columns) / sizeof(*columns),
	};

	for (size_t i = 0; i < s->n; i++)
		if (all || s->v[i].item.state == PAGE_ACTIVE ||
		    s->v[i].item.state == PAGE_WAITING)
			add_row(&t, &s->v[i]);
	if (t.cells.n)
		table_print(&t);
	else
		puts(s->n && !all ? "no casts; -a shows what is offered"
		                  : "no casts");
}

/* Graphviz draws it, where that is installed. */
static int draw(const char *graph, struct err *err)
{
	char name[] = "dot", type[] = "-Tsvg";
	char *const argv[] = {name, type, NULL};
	posix_spawn_file_actions_t actions;
	int ends[2], status = 0, r;
	pid_t pid;

	if (pipe(ends) < 0)
		return err_set(err, -errno, "cannot make a pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[0], 0);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	r = posix_spawnp(&pid, "dot", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[0]);
	if (r) {
		close(ends[1]);
		return err_set(err, -r,
		               "cannot run dot, of Graphviz (apt-get install "
		               "graphviz), which draws it");
	}
	dprintf(ends[1], "%s", graph);
	close(ends[1]);
	waitpid(pid, &status, 0);
	return status ? err_say(err, -EIO, "dot could not draw it") : 0;
}

int verb_showcast(struct context *c, int argc, char **argv)
{
	AUTO(shown) struct shown shown = {0};
	AUTO(buf) struct buf graph = {0};
	struct err err = {0};
	int r;

	(void)argv;
	if (argc || c->is_json + c->is_graph + c->is_svg > 1)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	r = shown_collect(&shown, c, c->actor, &err);
	if (r < 0) {
		context_fail(c, &err);
		return EXIT_FAILED;
	}
	shown_graph(&shown, &graph);
	if (c->is_json)
		print_json(&shown);
	else if (c->is_graph)
		fputs(graph.data, stdout);
	else if (c->is_svg)
		r = draw(graph.data, &err);
	else
		print_table(&shown, c->is_all);
	if (r < 0)
		context_fail(c, &err);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
