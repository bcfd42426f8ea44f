/* SPDX-License-Identifier: MIT */

#include "daemon/job.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/mem.h"
#include "casting/board.h"
#include "casting/peer.h"
#include "daemon/broker.h"
#include "daemon/daemon.h"
#include "daemon/guest.h"
#include "daemon/log.h"

#define SWEEP_AFTER 64 /* answers, whatever their age */
#define RETRY       2  /* ms until a lock is tried again, at first */

struct job *job_new(struct guest *g, const char *file, const char *verb)
{
	struct job *j = mem_new0(sizeof(*j)), **at = &g->jobs;

	snprintf(j->file, sizeof(j->file), "%s", file);
	snprintf(j->verb, sizeof(j->verb), "%s", verb);
	j->guest = g;
	while (*at)
		at = &(*at)->following;
	*at = j;
	g->n_jobs++;
	return j;
}

static void unlink_job(struct job *j)
{
	struct guest *g = j->guest;
	struct job **at = &g->jobs;

	while (*at != j)
		at = &(*at)->following;
	*at = j->following;
	g->n_jobs--;
	j->guest = NULL;
}

static void job_free(struct job *j)
{
	message_done(&j->message);
	buf_done(&j->answers);
	free(j);
}

void job_abandon(struct job *j)
{
	if (j->guest)
		unlink_job(j);
	if (!j->has_handler)
		job_free(j);
}

/* The words of a line, as they were sent, which nobody may trust. */
static void describe(const struct job *j, struct buf *b)
{
	const struct words *words =
		j->line < j->message.n ? &j->message.lines[j->line] : NULL;

	buf_puts(b, j->verb);
	for (size_t i = 0; words && i < words->n; i++) {
		buf_putc(b, ' ');
		buf_escape(b, words->v[i]);
	}
}

void job_answer(struct job *j, const char *result)
{
	AUTO(buf) struct buf what = {0};

	describe(j, &what);
	if (j->guest)
		log_line(LEVEL_INFO,
		         "subhost=%s by=\"guest %s\" %.1000s: %.2000s",
		         j->guest->name, j->file, what.data, result);
	buf_printf(&j->answers, "%s\n", result);
	j->line++;
	j->tried_at = 0;
}

void job_one_line(struct buf *b, const char *text)
{
	AUTO(mem) char *copy = mem_copy(text);
	char *rest = copy, *line, *end = copy + strlen(copy);

	while (end > copy && end[-1] == '\n')
		*--end = '\0';
	buf_puts(b, "");
	while ((line = strsep(&rest, "\n"))) {
		buf_escape(b, line);
		if (rest)
			buf_puts(b, " | ");
	}
}

void job_refuse(struct job *j, const struct err *err)
{
	AUTO(buf) struct buf result = {0};

	if (err->code != -ENOEXEC) /* that is "usage: …" */
		buf_puts(&result, "error: ");
	job_one_line(&result, err->text);
	job_answer(j, result.data);
}

void job_fail(struct job *j, const struct err *err)
{
	AUTO(buf) struct buf shown = {0};

	job_one_line(&shown, err->text);
	log_line(LEVEL_ERROR, "subhost=%s by=\"guest %s\" %s: %s",
	         j->guest->name, j->file, j->verb, shown.data);
	job_answer(j, "error: the host cannot do it now; its log says why");
}

struct job *job_ready(const struct guest *g)
{
	for (struct job *j = g->jobs; j; j = j->following)
		if (!j->has_handler && !j->waits_for_handler)
			return j;
	return NULL;
}

/* A guest without a board has nobody who waits for answers. */
static void post(struct daemon *d, struct job *j)
{
	AUTO(peer) struct peer p = PEER_NONE;
	struct err err = {0};
	int r = peer_open(&p, &d->places, j->guest->name, &err);

	if (!r && p.is_up)
		r = board_post(&p, j->file, buf_text(&j->answers), &err);
	if (r < 0 && r != -ENOENT)
		log_line(LEVEL_ERROR, "subhost=%s cannot answer %s: %s",
		         j->guest->name, j->file, err.text);
	if (r < 0)
		return;
	if (!j->guest->sweep_at)
		j->guest->sweep_at = uv_now(&d->loop) + BOARD_REPLY_TIME * 1000;
	if (++j->guest->n_posted >= SWEEP_AFTER)
		j->guest->sweep_at = uv_now(&d->loop);
}

static void finish(struct daemon *d, struct job *j)
{
	post(d, j);
	if (j->after)
		broker_run(d, j->guest->name, j->after);
	unlink_job(j);
	job_free(j);
}

/* Another's piece of work is going on, mostly for less than a millisecond. */
static uint64_t try_later(struct daemon *d, struct job *j)
{
	uint64_t now = uv_now(&d->loop), waited;

	if (!j->tried_at)
		j->tried_at = now;
	waited = now - j->tried_at;
	return now + (waited / 8 > RETRY ? waited / 8 : RETRY);
}

uint64_t job_step(struct daemon *d, struct job *j)
{
	uint64_t now = uv_now(&d->loop), wait = 0;

	if (j->line < j->message.n && !j->tried_at) {
		wait = bucket_wait(&j->guest->requests, now);
		if (wait)
			return now + wait;
		bucket_take(&j->guest->requests, now);
	}
	if (j->line < j->message.n &&
	    broker_answer(d, j, &j->message.lines[j->line]) == ANSWER_LATER)
		return try_later(d, j);
	if (j->line >= j->message.n) /* a refused one has no lines */
		finish(d, j);
	return 0;
}
