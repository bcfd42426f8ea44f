/* SPDX-License-Identifier: MIT */

#include "cli/run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "cli/context.h"
#include "cli/each.h"
#include "cli/foreground.h"
#include "host/keeper.h"
#include "host/life.h"
#include "run/launcher.h"
#include "run/notify.h"
#include "run/supervise.h"
#include "sub/declare.h"
#include "sub/event.h"
#include "sub/exits.h"
#include "sys/pty.h"

/* What a reaper keeps for us: the numbers are its own. */
enum { REAPERS_CONSOLE = 5, REAPERS_PAGE = 6 };

void run_done(struct run *r)
{
	launched_done(&r->launched);
	free(PTR_TAKE(r->old_command));
}

static void note_closed(const struct sub *s, struct buf *notes)
{
	buf_printf(notes,
	           "%s is now mode 0700: what is setuid in it "
	           "must be out of other users' reach\n",
	           s->path);
}

static void tell_notes(struct run *run, const char *name, struct buf *notes)
{
	char *rest = notes->data, *line;

	if (!run->supervisor || !run->since) {
		context_note(run->context, name, notes);
		return;
	}
	/* Of a later run: nobody is there to read them but in the log. */
	while (rest && (line = strsep(&rest, "\n")))
		if (*line)
			supervisor_say(run->supervisor, "%s", line);
}

/* Its supervisor makes ready for what config says now. */
static int prepare(struct run *run, struct sub *s, const struct declaration *d,
                   struct life_wish *wish, struct err *err)
{
	struct supervisor *p = run->supervisor;
	int r;

	p->log.max = d->log_max;
	r = p->signal_fd < 0 ? supervisor_open(p, s, -1, err) : 0;
	if (r < 0)
		return r;
	p->wants_ready = d->notify;
	run->start_timeout = d->start_timeout;
	p->is_lenient = !d->host_network;
	log_set_ready(&p->log, false);
	wish->detached = true;
	wish->terminal = true;
	wish->page_fd = p->log.page_fd;
	if (!wish->term)
		wish->term = "vt220";
	return 0;
}

static void remember_policy(struct run *run, const struct record *r)
{
	struct supervisor *p = run->supervisor;

	run->restart = (enum restart)r->restart;
	run->restart_delay = (unsigned)r->restart_delay;
	p->stop_signal = (int)r->stop_signal;
	p->stop_timeout = (unsigned)r->stop_timeout;
}

static int start(struct run *run, struct sub *s, struct survey *v,
                 const struct life_wish *wish, struct err *err)
{
	int r = run->make_way ? run->make_way(run->context, s, v, err) : 0;

	if (!r)
		r = life_start(s, v, wish, &run->launched, err);
	if (r < 0 || !run->supervisor)
		return r;
	remember_policy(run, &v->record);
	return 0;
}

static int bring_up(struct run *run, struct sub *s, struct survey *v,
                    struct err *err)
{
	AUTO(declared) struct declared d = {0};
	AUTO(buf) struct buf notes = {0};
	struct life_wish wish = {
		.declaration = &d.declaration,
		.command = run->command,
		.terminal = isatty(0),
		.term = foreground_term(),
		.notes = &notes,
	};
	bool closed;
	/* The console of one that runs is its own supervisor's. */
	int r = run->supervisor ? life_may_start(s, v, err) : 0;

	if (!r)
		r = sub_close_to_others(s, &closed, err);
	if (!r && !wish.terminal && !run->supervisor)
		r = foreground_restrict(err);
	if (!r)
		r = declare(&d, s, &notes, err);
	if (!r && run->supervisor)
		r = prepare(run, s, &d.declaration, &wish, err);
	if (r < 0)
		return r;
	if (closed)
		note_closed(s, &notes);
	r = start(run, s, v, &wish, err);
	tell_notes(run, s->name, &notes);
	return r;
}

/* The console, and the page of its log, out of the reaper's hands; and those
 * may have been its guest's. */
static void take_console(struct run *run, const struct survey *v,
                         int *ret_page_fd)
{
	int fd = process_get_fd(v->init.pid_fd, REAPERS_CONSOLE);

	if (fd >= 0 && pty_check_master(fd) < 0) {
		close(fd);
		fd = -1;
	}
	run->launched.master_fd = fd < 0 ? -1 : fd;
	*ret_page_fd = process_get_fd(v->init.pid_fd, REAPERS_PAGE);
}

static void take_notify(struct run *run, const struct survey *v)
{
	struct supervisor *p = run->supervisor;
	int fd;

	p->wants_ready = v->record.notify;
	p->is_lenient = v->record.net_inode;
	if (!v->record.notify)
		return;
	fd = notify_open(v->net_fd, v->record.notify);
	if (fd < 0)
		supervisor_say(p, "cannot listen on its NOTIFY_SOCKET: %s",
		               strerror(-fd));
	run->launched.notify_fd = fd < 0 ? -1 : fd;
}

static int adopt(struct run *run, struct sub *s, struct survey *v,
                 struct err *err)
{
	struct supervisor *p = run->supervisor;
	uint64_t dead = v->record.keeper;
	AUTO(fd) int page_fd = -1;
	int r;

	run->launched.init.pid = v->init.pid;
	run->launched.init.pid_fd = fcntl(v->init.pid_fd, F_DUPFD_CLOEXEC, 3);
	if (v->record.console)
		take_console(run, v, &page_fd);
	p->log.max = v->record.log_max;
	r = supervisor_open(p, s, page_fd, err);
	if (r < 0)
		return r;
	remember_policy(run, &v->record);
	take_notify(run, v);
	v->record.keeper = (uint64_t)getpid();
	process_birth(getpid(), &v->record.keeper_birth);
	run->was_adopted = true;
	run->old_command =
		v->record.command ? mem_copy(v->record.command) : NULL;
	run->since = v->record.since;
	supervisor_say(
		p, "adopted by pid %d; its supervisor, pid %d, is dead%s",
		getpid(), (int)dead,
		run->launched.master_fd < 0 ? ", and its console with it" : "");
	event_add(s->places, s->name, "adopted", "its supervisor was dead");
	return sub_remember(s, &v->record, err);
}

/* Does it run, and nobody of ours attends to it? */
static bool is_to_adopt(const struct run *run, const struct survey *v)
{
	AUTO(buf) struct buf why = {0};

	return run->supervisor && !run->command && !run->since &&
	       keeper_is_lost(v) && state_of(&v->facts, &why) == STATE_RUNNING;
}

int run_set_up(struct run *run, struct err *err)
{
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(sub) struct sub s = SUB_NONE;
	int r = each_begin(run->context, run->name, &s, &v, err);

	if (r < 0)
		return r;
	r = is_to_adopt(run, &v) ? adopt(run, &s, &v, err)
	                         : bring_up(run, &s, &v, err);
	if (r < 0 && !v.facts.init_alive)
		event_add(s.places, s.name, "failed", err->text);
	if (r < 0 && !v.facts.has_record)
		clients_forget(s.run_fd, s.name);
	if (r < 0)
		launcher_leave(&s);
	else if (!run->was_adopted)
		run->since = (uint64_t)time(NULL);
	return r;
}

static void tell_end(const struct run *run, const struct exited *e)
{
	char text[64];

	snprintf(text, sizeof(text), "%s %u after %" PRIu64 " s",
	         e->by_signal ? "by signal" : "with status", e->number,
	         e->seconds);
	event_add(&run->context->places, run->name, "exited",
	          e->is_known ? text : "how is not known");
}

void run_note_end(const struct run *run, const struct ending *ending)
{
	uint64_t now = (uint64_t)time(NULL);
	struct exited e = {.at = now,
	                   .seconds = now > run->since ? now - run->since : 0,
	                   .is_known = !ending->is_unknown,
	                   .by_signal = ending->by_signal,
	                   .number = (unsigned)ending->number};

	exits_note(&run->context->places, run->name, &e);
	tell_end(run, &e);
}

int run_reap(struct run *run, struct ending *ret_ending, struct err *err)
{
	struct process *init = &run->launched.init;
	int r = run->was_adopted
	                ? process_recall_ending(init->pid_fd, ret_ending)
	                : process_wait(init, ret_ending);

	ret_ending->is_unknown = r < 0;
	if (r < 0 && !run->was_adopted)
		return err_set(err, r, "cannot reap init");
	run_note_end(run, ret_ending);
	return 0;
}

int run_retire(struct run *run, bool again, bool *ret_ours, struct err *err)
{
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(sub) struct sub s = SUB_NONE;
	uint64_t init = (uint64_t)run->launched.init.pid;
	int r = each_begin(run->context, run->name, &s, &v, err);

	*ret_ours = !r && v.facts.has_record && v.record.init == init;
	if (!again)
		v.record.keeper = 0;
	if (*ret_ours)
		r = life_hibernate(&s, &v, true, 0, err);
	launcher_leave(&s);
	return r;
}

/* reboot(2) in a pid namespace kills its init so; nothing else inside can. */
bool run_asks_for_restart(const struct ending *ending)
{
	return ending->by_signal && ending->number == SIGHUP;
}

/* A poweroff from inside is an orderly end. */
bool run_was_powered_off(const struct ending *ending)
{
	return ending->by_signal && ending->number == SIGINT;
}

int run_status(const struct ending *ending)
{
	if (run_was_powered_off(ending))
		return EXIT_DONE;
	return ending->is_unknown ? EXIT_OURS : foreground_status(ending);
}
