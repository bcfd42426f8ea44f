/* SPDX-License-Identifier: MIT */

#include "host/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "host/freezer.h"
#include "host/survey.h"
#include "sub/device.h"
#include "sub/sub.h"
#include "sys/cgroup.h"
#include "sys/devicefilter.h"

#define DEFAULT_PIDS_MAX 4096 /* not what somebody has asked for */
#define PTS_MAJOR        136
#define LIMIT_TEXT_MAX   4096

/* clang-format off */
static const struct device_rule usual[] = {
	{ false, 1, 3, true, true, true },	/* null */
	{ false, 1, 5, true, true, true },	/* zero */
	{ false, 1, 7, true, true, true },	/* full */
	{ false, 1, 8, true, true, true },	/* random */
	{ false, 1, 9, true, true, true },	/* urandom */
	{ false, 5, 0, true, true, true },	/* tty */
	{ false, 5, 1, true, true, false },	/* console */
	{ false, 5, 2, true, true, true },	/* ptmx */
	{ false, PTS_MAJOR, -1, true, true, false },
};
/* clang-format on */

#define USUAL (sizeof(usual) / sizeof(*usual))

struct cgroup_place limits_place(const struct sub *s, const struct survey *v)
{
	return (struct cgroup_place){
		.parent = v->cgroup_parent, .name = s->name, .mark = s->mark};
}

/* Write a limit to the first of its files that is there. */
static int write_limit(const struct limiting *l, enum limit limit, int version,
                       int fd)
{
	AUTO(buf) struct buf text = {0};
	const char *file;
	int r = -ENOENT;

	limit_print(l->limits, limit, version, &text);
	for (size_t i = 0; r == -ENOENT; i++) {
		file = limit_file(limit, version, i);
		if (!file)
			break;
		r = file_write(fd, file, buf_text(&text));
	}
	return r;
}

/* In the unified hierarchy: -ENOENT where that does not have it. */
static int limit_in_unified(const struct limiting *l, enum limit limit)
{
	int fd = l->survey->cgroup_fd;
	int r = fd < 0 ? -ENOENT : write_limit(l, limit, 2, fd);

	/* A service that lacks one of its processes is worse than one that
	 * has ended; a real init knows how to go on. */
	if (!r && limit == LIMIT_MEMORY_MAX && !l->survey->record.mounts)
		file_write(fd, "memory.oom.group",
		           limit_is_set(l->limits, limit) ? "1" : "0");
	return r;
}

/* The same where nobody has asked for its controller so far. */
static int limit_enabled(const struct limiting *l, enum limit limit)
{
	const struct survey *v = l->survey;

	if (v->cgroup_fd < 0 ||
	    cgroup_enable(v->cgroup_root_fd, v->cgroup_parent,
	                  limit_controller(limit, 2)) < 0)
		return -ENOENT;
	return limit_in_unified(l, limit);
}

static int limit_in_old(const struct limiting *l, enum limit limit)
{
	struct cgroup_place place = limits_place(l->sub, l->survey);
	enum cgroup_controller controller =
		cgroup_old_named(limit_controller(limit, 1));
	int r = cgroup_old_make(l->old, &place, controller);

	return r < 0 ? r : write_limit(l, limit, 1, l->old->fd[controller]);
}

static int refuse(const struct limiting *l, enum limit limit, int code,
                  struct err *err)
{
	const char *name = limit_name(limit);

	if (code == -ENOENT)
		return err_say(err, code,
		               "%s cannot be kept: this host has no "
		               "controller %s, neither of cgroup version 2 nor "
		               "of 1, or it lacks the file for it",
		               name, limit_controller(limit, 2));
	if (code == -EEXIST)
		return err_say(err, code,
		               "cannot set %s: there is a cgroup %s/%s that is "
		               "not ours among those of the controller %s",
		               name, l->survey->cgroup_parent, l->sub->name,
		               limit_controller(limit, 1));
	if (code == -EBUSY)
		return err_say(err, code,
		               "cannot set %s: it uses more than that, and "
		               "that cannot be taken back",
		               name);
	return err_set(err, code, "cannot set %s", name);
}

static int set_limit(const struct limiting *l, enum limit limit,
                     struct err *err)
{
	int r = limit_in_unified(l, limit);

	if (r == -ENOENT)
		r = limit_in_old(l, limit);
	if (r == -ENOENT)
		r = limit_enabled(l, limit);
	if (r == -ENOENT && limit == LIMIT_PIDS_MAX &&
	    l->limits->pids_max == DEFAULT_PIDS_MAX) {
		buf_puts(l->notes, "this host counts no processes (there is "
		                   "no controller pids): nothing but its own "
		                   "limit keeps it from making too many\n");
		return 0;
	}
	return r < 0 ? refuse(l, limit, r, err) : 0;
}

/* The usual rules, and those for its own devices behind them. */
static struct device_rule *make_rules(const struct device_list *devices)
{
	struct device_rule *rules =
		mem_new0((USUAL + devices->n) * sizeof(*rules));

	for (size_t i = 0; i < USUAL; i++)
		rules[i] = usual[i];
	for (size_t i = 0; i < devices->n; i++) {
		const struct device *d = &devices->v[i];

		rules[USUAL + i] = (struct device_rule){
			.is_block = S_ISBLK(d->mode),
			.major = (int)major(d->number),
			.minor = (int)minor(d->number),
			.read = d->read,
			.write = d->write,
		};
	}
	return rules;
}

/* All sub hosts have the usual program from their common parent; one with
 * devices of its own has one of its own. */
static int filter_unified(const struct limiting *l, bool changed)
{
	const struct survey *v = l->survey;
	AUTO(mem) struct device_rule *rules = NULL;
	AUTO(fd) int parent_fd = -1;
	int r;

	if (l->devices->n || changed) {
		rules = make_rules(l->devices);
		return device_filter_attach(v->cgroup_fd, rules,
		                            USUAL + l->devices->n);
	}
	parent_fd = openat(v->cgroup_root_fd, v->cgroup_parent,
	                   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent_fd < 0)
		return -errno;
	r = device_filter_is_there(parent_fd);
	return r ? r < 0 ? r : 0
	         : device_filter_attach(parent_fd, usual, USUAL);
}

static int allow_old(int fd, const struct device_rule *rule)
{
	char text[64], minor_text[16] = "*";

	if (rule->minor >= 0)
		snprintf(minor_text, sizeof(minor_text), "%d", rule->minor);
	snprintf(text, sizeof(text), "%c %d:%s %s%s%s",
	         rule->is_block ? 'b' : 'c', rule->major, minor_text,
	         rule->read ? "r" : "", rule->write ? "w" : "",
	         rule->make ? "m" : "");
	return file_write(fd, "devices.allow", text);
}

/* Where there is no unified hierarchy. */
static int filter_old(const struct limiting *l)
{
	struct cgroup_place place = limits_place(l->sub, l->survey);
	AUTO(mem) struct device_rule *rules = make_rules(l->devices);
	int r = cgroup_old_make(l->old, &place, CGROUP_DEVICES), fd;

	fd = l->old->fd[CGROUP_DEVICES];
	if (!r)
		r = file_write(fd, "devices.deny", "a");
	for (size_t i = 0; !r && i < USUAL + l->devices->n; i++)
		r = allow_old(fd, &rules[i]);
	return r;
}

static int filter_devices(const struct limiting *l, bool changed,
                          struct err *err)
{
	int r = l->survey->cgroup_fd >= 0 ? filter_unified(l, changed)
	                                  : filter_old(l);

	if (r == -ENOENT)
		return err_say(err, r,
		               "cannot keep it from other devices: this host "
		               "has neither cgroup version 2 nor the "
		               "controller devices of version 1");
	return r < 0 ? err_set(err, r, "cannot keep it from other devices") : 0;
}

int limits_make(const struct limiting *l, struct err *err)
{
	struct cgroup_place place = limits_place(l->sub, l->survey);
	int r = filter_devices(l, false, err);

	for (enum limit i = 0; !r && i < LIMITS; i++)
		if (limit_is_set(l->limits, i))
			r = set_limit(l, i, err);
	if (r < 0 || l->survey->cgroup_fd >= 0)
		return r;
	/* What freezes it otherwise. */
	r = cgroup_old_make(l->old, &place, CGROUP_FREEZER);
	return r < 0 && r != -ENOENT ? err_set(err, r, "cannot make its cgroup")
	                             : 0;
}

/* Where a limit of a running one is kept: *ret_fd is borrowed. */
static int find_limit(const struct limiting *l, enum limit limit, int *ret_fd,
                      const char **ret_file)
{
	enum cgroup_controller old =
		cgroup_old_named(limit_controller(limit, 1));
	int fds[] = {l->old->fd[old], l->survey->cgroup_fd};

	for (int version = 2; version > 0; version--) {
		int fd = fds[version - 1];
		const char *file;

		for (size_t i = 0; fd >= 0; i++) {
			file = limit_file(limit, version, i);
			if (!file)
				break;
			if (faccessat(fd, file, F_OK, 0) < 0)
				continue;
			*ret_fd = fd;
			*ret_file = file;
			return 0;
		}
	}
	return -ENOENT;
}

/* Everything in the sub host moves into one of its cgroups of version 1, while
 * its clock stands still. */
static int move_into_old(const struct limiting *l, int from_fd, int to_fd,
                         struct err *err)
{
	const struct survey *v = l->survey;
	bool was_frozen = freezer_is_on(l->sub, v);
	int r = freezer_set(l->sub, v, true, err), thawed;

	if (r < 0)
		return r;
	r = cgroup_move_all(from_fd, to_fd);
	if (r < 0)
		err_set(err, r, "cannot move its processes");
	if (was_frozen)
		return r;
	thawed = freezer_set(l->sub, v, false, err);
	return r ? r : thawed;
}

/* A cgroup of version 1 that was made for a running one, now or by somebody
 * who was killed then, has not all that lives in the sub host. */
static int gather(const struct limiting *l, int to_fd, bool is_new,
                  struct err *err)
{
	int all_fd = l->survey->cgroup_fd >= 0 ? l->survey->cgroup_fd
	                                       : l->old->fd[CGROUP_DEVICES];
	size_t all = 0, there = 0;
	int r = cgroup_count(all_fd, &all);

	if (!r)
		r = cgroup_count(to_fd, &there);
	if (r < 0)
		return err_set(err, r, "cannot count its processes");
	return is_new || there < all ? move_into_old(l, all_fd, to_fd, err) : 0;
}

int limits_change(const struct limiting *l, enum limit limit,
                  struct buf *before, struct err *err)
{
	struct cgroup_place place = limits_place(l->sub, l->survey);
	enum cgroup_controller old =
		cgroup_old_named(limit_controller(limit, 1));
	bool is_new = l->old->fd[old] < 0;
	const char *file;
	int fd, r;

	if (!find_limit(l, limit, &fd, &file))
		file_read(fd, file, LIMIT_TEXT_MAX, before);
	r = set_limit(l, limit, err);
	if (r < 0 && is_new)
		cgroup_old_unmake(l->old, &place, old);
	if (r < 0 || l->old->fd[old] < 0)
		return r;
	return gather(l, l->old->fd[old], is_new, err);
}

void limits_put_back(const struct limiting *l, enum limit limit,
                     const struct buf *before)
{
	static const struct limits none;
	enum cgroup_controller old =
		cgroup_old_named(limit_controller(limit, 1));
	AUTO(buf) struct buf text = {0};
	const char *file;
	int fd;

	if (find_limit(l, limit, &fd, &file) < 0)
		return;
	if (before->len)
		buf_puts(&text, buf_text(before));
	else /* its cgroup was only made for this */
		limit_print(&none, limit, fd == l->old->fd[old] ? 1 : 2, &text);
	file_write(fd, file, buf_text(&text));
}

int limits_change_devices(const struct limiting *l, struct err *err)
{
	return filter_devices(l, true, err);
}
