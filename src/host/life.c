/* SPDX-License-Identifier: MIT */

#include "host/life.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "host/keeper.h"
#include "host/phases.h"
#include "model/state.h"
#include "sub/declare.h"
#include "sub/event.h"
#include "sub/sub.h"

static void life_auto(struct life *l)
{
	fd_auto(&l->live_mount_fd);
	fd_auto(&l->made_net_fd);
	fd_auto(&l->user_fd);
	cgroup_old_done(&l->old);
	device_list_done(&l->devices);
}

/* Undo the phases before end, the last first. All are tried, and the first
 * error is the one that is told; but nothing is taken from under processes
 * that will not go. */
static int undo(struct life *l, size_t end, bool keep, struct err *err)
{
	struct err ignored;
	int first = 0;

	l->is_kept = keep;
	for (size_t i = end; i-- > 0;) {
		int r;

		if (!phases[i].undo || (keep && phases[i].is_kept))
			continue;
		r = phases[i].undo(l, first ? &ignored : err);
		if (r < 0 && !first)
			first = r;
		if (r < 0 && phases[i].is_vital)
			break;
	}
	return first;
}

static int run(struct life *l, struct err *err)
{
	struct err ignored;

	for (size_t i = 0; i < n_phases; i++) {
		int r = 0;

		if (phases[i].todo && !(l->is_waking && phases[i].is_kept))
			r = phases[i].todo(l, err);
		if (r < 0) {
			undo(l, i + 1, l->is_waking, &ignored);
			return r;
		}
	}
	return 0;
}

/* What config says now and will only be so after a stop. */
static void note_changes(struct life *l)
{
	const char *kept = l->survey->record.kept;
	AUTO(buf) struct buf now = {0};

	declare_kept(l->wish->declaration, &now);
	if (kept && strcmp(kept, now.data))
		buf_printf(l->wish->notes,
		           "config has changed; after a stop it will be: %s\n",
		           now.data);
}

static int refuse_running(const struct sub *s, const struct survey *v,
                          struct err *err)
{
	err_say(err, -EBUSY, "%s is running already, init is pid %d", s->name,
	        v->init.pid);
	if (keeper_is_lost(v))
		err_hint(err,
		         "its supervisor is dead: subhost start -d %s adopts "
		         "it",
		         s->name);
	return -EBUSY;
}

static void note_start(const struct life *l)
{
	char text[64];

	snprintf(text, sizeof(text), "init is pid %d%s", l->launched->init.pid,
	         l->wish->detached ? ", detached" : "");
	event_add(l->sub->places, l->sub->name,
	          l->is_waking ? "woken" : "started", text);
}

int life_may_start(const struct sub *s, const struct survey *v, struct err *err)
{
	AUTO(buf) struct buf why = {0};
	int r = survey_refuse_foreign(v, s, err);

	if (r < 0)
		return r;
	return state_of(&v->facts, &why) == STATE_RUNNING
	               ? refuse_running(s, v, err)
	               : 0;
}

int life_start(struct sub *s, struct survey *v, const struct life_wish *wish,
               struct launched *ret, struct err *err)
{
	AUTO(life)
	struct life l = {
		.sub = s,
		.survey = v,
		.wish = wish,
		.launched = ret,
		.live_mount_fd = -1,
		.made_net_fd = -1,
		.user_fd = -1,
		.old = CGROUP_OLD_NONE,
		.force = true,
	};
	AUTO(buf) struct buf why = {0};
	enum state state = state_of(&v->facts, &why);
	int r = life_may_start(s, v, err);

	if (r < 0)
		return r;
	keeper_dismiss(&v->record);
	if (state == STATE_DAMAGED) {
		buf_printf(wish->notes, "it was damaged (%s), and is mended\n",
		           why.data);
		r = undo(&l, n_phases, false, err);
		record_done(&v->record);
		state = STATE_STOPPED;
	} else if (state == STATE_HIBERNATED) {
		note_changes(&l);
		/* What a killed command left of the last run. */
		r = undo(&l, n_phases, true, err);
	} else if (v->facts.cgroup == OURS) {
		r = undo(&l, n_phases, false, err);
	}
	l.is_waking = state == STATE_HIBERNATED;
	if (!r)
		r = run(&l, err);
	if (r == -ENOSYS)
		err_hint(err, "this kernel is too old or too bare: subhost "
		              "needs Linux 6.1 or later");
	if (!r)
		note_start(&l);
	return r < 0 ? err_wrap(err, "%s", s->name) : 0;
}

/* What lies on top of a mount of ours must go before it can. */
static int refuse_covered(const struct life *l, struct err *err)
{
	const struct facts *f = &l->survey->facts;

	if (!f->has_record ||
	    (f->live != SOMEONE_ELSES && f->image != SOMEONE_ELSES))
		return 0;
	return survey_refuse_foreign(l->survey, l->sub, err);
}

/* Its guest may have taken the mark off its network namespace; without a record
 * nothing else says that it was ours. */
static int refuse_doubtful(const struct life *l, bool was_up, struct err *err)
{
	const struct facts *f = &l->survey->facts;

	if (!was_up || f->has_record || f->net != SOMEONE_ELSES)
		return 0;
	survey_refuse_foreign(l->survey, l->sub, err);
	return err_hint(err,
	                "its record was lost: if it was its own, ip netns "
	                "del %s removes it",
	                l->sub->name);
}

static void note_end(const struct life *l, bool was_up, int r,
                     const struct err *err)
{
	const char *what = l->is_kept ? "hibernated" : "stopped";

	if (r < 0)
		event_add(l->sub->places, l->sub->name, "failed", err->text);
	else if (was_up)
		event_add(l->sub->places, l->sub->name, what, "");
}

/* Undo what is there, or what hibernation does not keep. */
static int end(struct life l, bool keep, struct err *err)
{
	const struct facts *f = &l.survey->facts;
	struct record kept = {.keeper = l.survey->record.keeper,
	                      .keeper_birth = l.survey->record.keeper_birth,
	                      .detached = l.survey->record.detached};
	bool in_doubt = f->live == OURS && !f->has_record;
	bool was_up =
		keep ? l.survey->record.init : f->has_record || f->live == OURS;
	int r;

	l.live_mount_fd = -1;
	l.made_net_fd = -1;
	l.user_fd = -1;
	r = refuse_covered(&l, err);
	if (!r)
		r = undo(&l, n_phases, keep, err);
	if (!f->init_alive)
		keeper_dismiss(&kept);
	if (!r)
		r = refuse_doubtful(&l, in_doubt, err);
	note_end(&l, was_up, r, err);
	return r < 0 ? err_wrap(err, "%s", l.sub->name) : 0;
}

int life_hibernate(struct sub *s, struct survey *v, bool force, int seconds,
                   struct err *err)
{
	return end((struct life){.sub = s,
	                         .survey = v,
	                         .force = force,
	                         .seconds = seconds},
	           true, err);
}

int life_stop(struct sub *s, struct survey *v, bool force, int seconds,
              struct err *err)
{
	return end((struct life){.sub = s,
	                         .survey = v,
	                         .force = force,
	                         .seconds = seconds},
	           false, err);
}
