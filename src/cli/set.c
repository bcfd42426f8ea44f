/* SPDX-License-Identifier: MIT */
/* subhost set NAME VARIABLE=VALUE… [--save] */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "cli/context.h"
#include "cli/each.h"
#include "cli/verb.h"
#include "host/limits.h"
#include "host/survey.h"
#include "run/devices.h"
#include "sub/declare.h"
#include "sub/device.h"
#include "sub/sub.h"

#define DEVICES "DEVICES"

/* What is to be set, of one sub host. */
struct setting {
	struct words words;       /* NAME=VALUE each */
	struct declared declared; /* config as it would be */
	struct device_list devices;
	struct cgroup_old old;
	bool limits[LIMITS];
	bool has_devices;
	struct buf before[LIMITS];
	struct buf config; /* its new text, with --save */
};

static void setting_auto(struct setting *s)
{
	words_done(&s->words);
	declared_done(&s->declared);
	device_list_done(&s->devices);
	cgroup_old_done(&s->old);
	for (int i = 0; i < LIMITS; i++)
		buf_done(&s->before[i]);
	buf_done(&s->config);
}

static bool note_name(struct setting *s, const char *name)
{
	for (enum limit i = 0; i < LIMITS; i++) {
		if (strcmp(name, limit_name(i)))
			continue;
		s->limits[i] = true;
		return true;
	}
	s->has_devices |= !strcmp(name, DEVICES);
	return !strcmp(name, DEVICES);
}

/* Into the config that was read; what it means is found out later. */
static int note(struct setting *s, const char *word, struct err *err)
{
	AUTO(mem) char *name = mem_copy(word);
	AUTO(buf) struct buf shown = {0};
	char *value = strchr(name, '=');

	if (value)
		*value++ = '\0';
	if (value && note_name(s, name)) {
		config_set(&s->declared.config, name, value);
		words_add(&s->words, word);
		return 0;
	}
	buf_escape(&shown, name);
	return err_say(err, -EINVAL,
	               "%.64s%s; VARIABLE=VALUE is wanted, of MEMORY_MAX, "
	               "MEMORY_HIGH, CPU_MAX, CPU_WEIGHT, IO_WEIGHT, PIDS_MAX, "
	               "DEVICES",
	               buf_text(&shown),
	               value ? " cannot be set" : " has no value");
}

static int read_settings(struct setting *s, const struct sub *sub,
                         char *const *words, struct err *err)
{
	AUTO(buf) struct buf warnings = {0};
	int r = declare(&s->declared, sub, &warnings, err);

	for (; !r && *words; words++)
		r = note(s, *words, err);
	if (r < 0)
		return r;
	declaration_done(&s->declared.declaration);
	r = declaration_read(&s->declared.declaration, &s->declared.config,
	                     "set", &warnings, err);
	return r || !s->has_devices
	               ? r
	               : device_list_take(&s->declared.declaration.devices,
	                                  &s->devices, err);
}

static int set_limits(struct setting *s, const struct limiting *l,
                      struct err *err)
{
	int r = 0;

	for (enum limit i = 0; i < LIMITS; i++) {
		s->limits[i] &= !r; /* is it to be put back? */
		if (s->limits[i])
			r = limits_change(l, i, &s->before[i], err);
	}
	return r;
}

static int give_devices(struct setting *s, const struct survey *v,
                        struct err *err)
{
	return s->has_devices
	               ? devices_give(v->init.pid_fd, (uid_t)v->record.base,
	                              &s->devices, err)
	               : 0;
}

static int refuse_devices(const struct setting *s, const struct survey *v,
                          struct err *err)
{
	if (!s->has_devices || !v->record.mounts)
		return 0;
	return err_say(err, -EOPNOTSUPP,
	               "DEVICES of one with MOUNTS=yes cannot be set while it "
	               "runs, its /dev is its own; set it in config, for the "
	               "next start");
}

static int save(const struct setting *s, const struct sub *sub, struct err *err)
{
	return s->config.len ? declare_store(sub, &s->config, err) : 0;
}

/* All or nothing: what was set before one that fails is put back. New nodes
 * give nothing by themselves. */
static int set_all(struct setting *s, const struct limiting *l, struct err *err)
{
	int r = set_limits(s, l, err);

	if (!r)
		r = give_devices(s, l->survey, err);
	if (!r)
		r = save(s, l->sub, err);
	if (!r && s->has_devices)
		r = limits_change_devices(l, err);
	for (enum limit i = LIMITS; r < 0 && i-- > 0;)
		if (s->limits[i])
			limits_put_back(l, i, &s->before[i]);
	return r;
}

static int set_running(struct setting *s, struct sub *sub, struct survey *v,
                       struct err *err)
{
	AUTO(buf) struct buf notes = {0};
	struct cgroup_place place = limits_place(sub, v);
	struct limiting l = {
		.sub = sub,
		.survey = v,
		.limits = &s->declared.declaration.limits,
		.devices = &s->devices,
		.old = &s->old,
		.notes = &notes,
	};
	int r = refuse_devices(s, v, err);

	if (r < 0)
		return r;
	r = cgroup_old_open(&s->old, &place);
	return r < 0 ? err_set(err, r, "cannot open its cgroups")
	             : set_all(s, &l, err);
}

static int set(const struct context *c, struct sub *sub, struct survey *v,
               char *const *words, struct err *err)
{
	AUTO(setting) struct setting s = {.old = CGROUP_OLD_NONE};
	AUTO(buf) struct buf why = {0};
	enum state state = state_of(&v->facts, &why);
	int r = read_settings(&s, sub, words, err);

	if (r < 0)
		return err_wrap(err, "%s", sub->name);
	if (state != STATE_RUNNING && !c->is_saved)
		return err_say(err, -EINVAL,
		               "%s is %s and not running; --save sets it in "
		               "config, for the next start",
		               sub->name, state_name(state));
	if (c->is_saved)
		r = declare_edit(sub, &s.words, &s.config, err);
	if (!r)
		r = state == STATE_RUNNING ? set_running(&s, sub, v, err)
		                           : save(&s, sub, err);
	return r < 0 ? err_wrap(err, "%s", sub->name) : 0;
}

int verb_set(struct context *c, int argc, char **argv)
{
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(sub) struct sub sub = SUB_NONE;
	struct err err = {0};
	int r;

	if (argc < 2)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	r = each_begin(c, argv[0], &sub, &v, &err);
	if (!r)
		r = set(c, &sub, &v, argv + 1, &err);
	if (r < 0)
		context_fail(c, &err);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
