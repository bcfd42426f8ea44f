/* SPDX-License-Identifier: MIT */

#include "daemon/broker.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "cast/request.h"
#include "casting/casting.h"
#include "casting/syscmd.h"
#include "daemon/child.h"
#include "daemon/daemon.h"
#include "daemon/guest.h"
#include "daemon/handler.h"
#include "daemon/job.h"
#include "daemon/log.h"
#include "sub/libexec.h"

static bool has_waited_enough(const struct daemon *d, const struct job *j)
{
	return j->tried_at &&
	       uv_now(&d->loop) - j->tried_at > CASTING_SECONDS * 1000;
}

/* False: the answer is *ret_else then. */
static bool take_lock(struct daemon *d, struct job *j, struct err *err,
                      enum answer *ret_else)
{
	int r = casting_begin(&d->casting, &d->places, 0, err);

	if (!r)
		return true;
	*ret_else = ANSWER_LATER;
	if (r == -EBUSY && !has_waited_enough(d, j))
		return false;
	*ret_else = ANSWER_GIVEN;
	job_fail(j, err);
	return false;
}

static enum answer answer_cast(struct daemon *d, struct job *j,
                               const struct words *line)
{
	AUTO(request) struct request q = {0};
	AUTO(buf) struct buf by = {0}, reply = {0}, shown = {0};
	enum answer otherwise;
	struct err err = {0};
	struct asked asked = {
		.actor = j->guest->name,
		.verb = request_verb_named(j->verb),
		.words = line->v,
		.n = line->n,
		.is_encoded = true,
	};
	int r = request_parse(&asked, &q, &err);

	if (r < 0) {
		job_refuse(j, &err);
		return ANSWER_GIVEN;
	}
	if (!take_lock(d, j, &err, &otherwise))
		return otherwise;
	buf_printf(&by, "guest %s", j->file);
	d->casting.is_guests = true;
	r = casting_request(&d->casting, &q, by.data, &reply, &err);
	casting_let_go(&d->casting);
	if (r < 0) {
		job_refuse(j, &err);
		return ANSWER_GIVEN;
	}
	buf_puts(&shown, reply.len ? "ok " : "ok");
	job_one_line(&shown, buf_text(&reply));
	job_answer(j, shown.data);
	return ANSWER_GIVEN;
}

/* Its page is current whenever it looks: there is nothing to do. */
static enum answer answer_showcast(struct daemon *d, struct job *j,
                                   const struct words *line)
{
	(void)d;
	(void)line;
	job_answer(j, "ok");
	return ANSWER_GIVEN;
}

static enum answer answer_ready(struct daemon *d, struct job *j,
                                const struct words *line)
{
	enum answer otherwise;
	struct err err = {0};
	int r;

	(void)line;
	if (!take_lock(d, j, &err, &otherwise))
		return otherwise;
	r = casting_tend(&d->casting, j->guest->name, &err);
	casting_let_go(&d->casting);
	if (r < 0)
		job_fail(j, &err);
	else
		job_answer(j, "ok");
	return ANSWER_GIVEN;
}

/* Answered first: the guest will not be there to read it afterwards. */
static enum answer answer_life(struct daemon *d, struct job *j,
                               const struct words *line)
{
	struct err err = {0};

	(void)d;
	if (line->n) {
		err_say(&err, -ENOEXEC, "usage: %s", j->verb);
		job_refuse(j, &err);
		return ANSWER_GIVEN;
	}
	j->after = !strcmp(j->verb, "restart") ? "restart" : "hibernate";
	job_answer(j, "ok");
	return ANSWER_GIVEN;
}

struct verb_row {
	const char *name;
	enum answer (*answer)(struct daemon *d, struct job *j,
	                      const struct words *line);
};

/* clang-format off */
static const struct verb_row verbs[] = {
	{ "caston",	answer_cast },
	{ "castoff",	answer_cast },
	{ "castblock",	answer_cast },
	{ "cast",	answer_cast },
	{ "ucast",	answer_cast },
	{ "showcast",	answer_showcast },
	{ "ready",	answer_ready },
	{ "restart",	answer_life },
	{ "hibernate",	answer_life },
	{ NULL,		NULL },
};
/* clang-format on */

static const struct verb_row *find_verb(const char *name)
{
	for (const struct verb_row *v = verbs; v->name; v++)
		if (!strcmp(v->name, name))
			return v;
	return NULL;
}

bool broker_knows(struct daemon *d, const char *verb)
{
	return find_verb(verb) || handler_exists(&d->places, verb);
}

enum answer broker_answer(struct daemon *d, struct job *j,
                          const struct words *line)
{
	const struct verb_row *v = find_verb(j->verb);
	const char *name = j->guest->name;
	struct err err = {0};

	if (!syscmd_is_enabled(&d->places, name, j->verb)) {
		err_say(&err, -EPERM,
		        "%s is not enabled for %s; the host's administrator "
		        "can: subhost allow %s %s",
		        j->verb, name, name, j->verb);
		job_refuse(j, &err);
		return ANSWER_GIVEN;
	}
	return v ? v->answer(d, j, line) : handler_answer(d, j, line);
}

/* What `subhost` needs to know to be of this instance. */
static void add_places(const struct places *places, struct words *env)
{
	const struct {
		const char *key, *value;
	} rows[] = {
		{"SUBHOST", places->subhost},
		{"SUBHOST_ETC", places->etc},
		{"SUBHOST_SYSCMD", places->syscmd},
		{"SUBHOST_RUN", places->run},
		{"SUBHOST_STATE", places->state},
		{"PATH", CHILD_PATH},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		AUTO(buf) struct buf b = {0};

		buf_printf(&b, "%s=%s", rows[i].key, rows[i].value);
		words_add(env, b.data);
	}
}

struct run {
	char name[NAME_BYTES];
	const char *verb;
};

static void on_run_ended(void *arg, const struct child_end *end)
{
	AUTO(mem) struct run *run = arg;
	AUTO(buf) struct buf said = {0};

	job_one_line(&said, end->errors);
	log_line(end->status ? LEVEL_ERROR : LEVEL_INFO,
	         "subhost=%s %s: %s status=%d said=\"%s\"", run->name,
	         run->verb, end->status ? "error" : "ok", end->status,
	         buf_text(&said));
}

void broker_run(struct daemon *d, const char *name, const char *verb)
{
	AUTO(words) struct words argv = {0}, env = {0};
	char program[PATH_MAX];
	struct run *run;
	struct err err = {0};
	struct child_order order = {.ended = on_run_ended};
	int r = libexec_path("subhost", program, sizeof(program));

	if (r < 0 || access(program, X_OK) < 0) {
		log_line(LEVEL_ERROR, "subhost=%s %s: cannot find subhost",
		         name, verb);
		return;
	}
	words_add(&argv, program);
	words_add(&argv, verb);
	words_add(&argv, name);
	add_places(&d->places, &env);
	run = mem_new0(sizeof(*run));
	snprintf(run->name, sizeof(run->name), "%s", name);
	run->verb = verb;
	order.argv = argv.v;
	order.env = env.v;
	order.arg = run;
	if (child_begin(&d->loop, &order, &err) < 0) {
		log_line(LEVEL_ERROR, "subhost=%s %s: %s", name, verb,
		         err.text);
		free(run);
	}
}
