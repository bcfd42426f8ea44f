/* SPDX-License-Identifier: MIT */

#include "cli/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"
#include "cli/context.h"
#include "cli/foreground.h"
#include "cli/run.h"
#include "model/command.h"
#include "run/console.h"
#include "run/supervise.h"
#include "sub/event.h"
#include "sys/process.h"

#define BUSY_MS 50 /* how often the lock that another holds is tried */

struct supervision {
	struct context context; /* ours: we do not wait for a lock */
	struct supervisor supervisor;
	struct run run;
	struct restart_state state;
	struct words command; /* of one that was adopted */
	int answer_fd;        /* -1: it has been given */
};

static void supervision_auto(struct supervision *s)
{
	run_done(&s->run);
	supervisor_done(&s->supervisor);
	words_done(&s->command);
	fd_auto(&s->answer_fd);
}

/* From now on nobody is there who could read what we print. */
static void answer(struct supervision *s, int status, const char *text)
{
	struct supervise_answer a = {.status = status};

	if (s->answer_fd < 0)
		return;
	snprintf(a.text, sizeof(a.text), "%s", text);
	(void)!write(s->answer_fd, &a, sizeof(a));
	dup2(0, 2);
	close(s->answer_fd);
	s->answer_fd = -1;
}

static const char *ordinal(unsigned n)
{
	static const char *const ends[] = {"th", "st", "nd", "rd"};
	unsigned last = n % 10;

	return last > 3 || n / 10 % 10 == 1 ? "th" : ends[last];
}

static void describe(const struct ending *e, char *text, size_t size)
{
	if (e->is_unknown)
		snprintf(text, size, "ended, how is not known");
	else if (e->by_signal)
		snprintf(text, size, "ended by signal %d (%s)", e->number,
		         strsignal(e->number));
	else
		snprintf(text, size, "ended with status %d", e->number);
}

static void tell(const struct supervision *s, const char *what,
                 const char *text)
{
	event_add(&s->context.places, s->run.name, what, text);
}

/* Nobody waits for ever, a boot least of all; and nothing is ended for it. */
static void answer_late(struct supervision *s, unsigned seconds)
{
	struct err err;

	err_say(&err, -ETIMEDOUT,
	        "%s runs, and has not said in %u seconds that it is ready "
	        "(NOTIFY, START_TIMEOUT); see subhost logs %s",
	        s->run.name, seconds, s->run.name);
	answer(s, EXIT_FAILED, err.text);
}

/* Attend to it until init has ended. */
static void attend(struct supervision *s)
{
	struct supervisor *p = &s->supervisor;
	int asked = s->context.start_seconds;
	unsigned limit = asked < 0 ? s->run.start_timeout : (unsigned)asked;
	enum supervised came;
	int ms;

	supervisor_begin(p, &s->run.launched.init,
	                 fd_take(&s->run.launched.master_fd),
	                 fd_take(&s->run.launched.notify_fd));
	if (!p->wants_ready || s->run.was_adopted)
		answer(s, 0, "");
	ms = s->answer_fd >= 0 && limit ? (int)limit * 1000 : -1;
	for (; (came = supervisor_wait(p, ms)) != SUPERVISED_ENDED; ms = -1) {
		if (came == SUPERVISED_READY)
			tell(s, "ready", "");
		if (log_is_ready(&p->log))
			answer(s, 0, "");
		else
			answer_late(s, limit);
	}
}

static void answer_early_end(struct supervision *s, const struct ending *e,
                             const char *how)
{
	struct err err;
	int status = run_status(e);

	err_say(&err, -ECHILD, "%s %s before it was ready; see subhost logs %s",
	        s->run.name, how, s->run.name);
	answer(s, status ? status : EXIT_FAILED, err.text);
}

static uint64_t now(void)
{
	return (uint64_t)time(NULL);
}

/* Is it to be started again, and in how many seconds? */
static bool decide(struct supervision *s, const struct ending *e,
                   unsigned *ret_seconds)
{
	const struct run *run = &s->run;
	uint64_t end = now();
	struct restart_run r = {
		.asked = run_asks_for_restart(e),
		.failed = e->is_unknown || e->by_signal || e->number,
		.seconds = end > run->since ? end - run->since : 0,
	};

	if (s->supervisor.was_told || run_was_powered_off(e))
		return false;
	return restart_decide(&s->state, run->restart, run->restart_delay, &r,
	                      ret_seconds);
}

/* Put it to sleep; false when we have been dismissed, or it is another's by
 * now. */
static bool retire(struct supervision *s, bool again)
{
	struct err err = {0};
	bool ours;
	int r;

	while ((r = run_retire(&s->run, again, &ours, &err)) == -EBUSY)
		if (supervisor_wait(&s->supervisor, BUSY_MS) == SUPERVISED_TOLD)
			return false;
	if (r < 0)
		supervisor_say(&s->supervisor, "%s", err.text);
	return !r && ours;
}

/* True when it is time; false when we are to end. */
static bool pause_for(struct supervision *s, unsigned seconds)
{
	struct supervisor *p = &s->supervisor;
	char text[64];

	p->count = s->state.count;
	p->again_at = now() + seconds;
	snprintf(text, sizeof(text), "in %u s (%u%s time)", seconds,
	         s->state.count, ordinal(s->state.count));
	supervisor_say(p, "is started again %s", text);
	tell(s, "restarts", text);
	return supervisor_wait(p, (int)seconds * 1000) != SUPERVISED_TOLD;
}

/* Start it again: 0, or negative, -ECANCELED when we are to end. */
static int set_up_again(struct supervision *s)
{
	struct run *run = &s->run;
	struct err err = {0};
	int r;

	launched_done(&run->launched);
	run->launched = (struct launched)LAUNCHED_NONE;
	run->was_adopted = false;
	if (run->old_command && !s->command.n) {
		command_parse(run->old_command, &s->command);
		run->command = s->command.v;
	}
	while ((r = run_set_up(run, &err)) == -EBUSY)
		if (supervisor_wait(&s->supervisor, BUSY_MS) == SUPERVISED_TOLD)
			return -ECANCELED;
	if (r < 0)
		supervisor_say(&s->supervisor, "%s", err.text);
	return r;
}

/* After a start that failed: as after a run of no time. */
static bool decide_after_failure(struct supervision *s, unsigned *ret_seconds)
{
	static const struct restart_run r = {.failed = true};

	return restart_decide(&s->state, s->run.restart, s->run.restart_delay,
	                      &r, ret_seconds);
}

static bool start_again(struct supervision *s, unsigned seconds)
{
	int r = -1;

	while (r < 0) {
		if (!pause_for(s, seconds))
			return false;
		r = set_up_again(s);
		if (r == -ECANCELED)
			return false;
		if (r < 0 && !decide_after_failure(s, &seconds))
			return false;
	}
	supervisor_say(&s->supervisor, "started, init is pid %d",
	               s->run.launched.init.pid);
	return true;
}

/* One run; true when another one has been started. */
static bool run_once(struct supervision *s, char *last, size_t size)
{
	struct ending ending = {0};
	struct err err = {0};
	unsigned seconds = 0;
	bool again;

	attend(s);
	if (run_reap(&s->run, &ending, &err) < 0) {
		supervisor_say(&s->supervisor, "%s", err.text);
		return false;
	}
	log_end_line(&s->supervisor.log);
	describe(&ending, last, size);
	supervisor_say(&s->supervisor, "%s", last);
	answer_early_end(s, &ending, last);
	supervisor_end(&s->supervisor);
	again = decide(s, &ending, &seconds);
	return retire(s, again) && again && start_again(s, seconds);
}

int supervise(const struct context *c, const char *name, char *const *command,
              int answer_fd)
{
	AUTO(supervision)
	struct supervision s = {
		.context = *c,
		.supervisor = SUPERVISOR_NONE,
		.run = {.name = name,
	                .command = command,
	                .launched = LAUNCHED_NONE},
		.answer_fd = answer_fd,
	};
	struct err err = {0};
	char last[128] = "ended";

	s.run.context = &s.context;
	s.run.supervisor = &s.supervisor;
	console_hold_signals();
	if (run_set_up(&s.run, &err) < 0) {
		int status = foreground_failure(&s.run.launched);

		answer(&s, status == EXIT_OURS ? EXIT_FAILED : status,
		       err.text);
		return EXIT_FAILED;
	}
	s.context.seconds = 0; /* from now on we wait for no lock */
	if (!s.run.was_adopted)
		supervisor_say(&s.supervisor, "started, init is pid %d",
		               s.run.launched.init.pid);
	while (run_once(&s, last, sizeof(last)))
		;
	clients_end(&s.supervisor.clients, last);
	return EXIT_DONE;
}
