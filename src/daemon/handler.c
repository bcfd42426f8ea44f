/* SPDX-License-Identifier: MIT */

#include "daemon/handler.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/words.h"
#include "cast/percent.h"
#include "daemon/child.h"
#include "daemon/daemon.h"
#include "daemon/guest.h"
#include "daemon/job.h"
#include "daemon/log.h"
#include "daemon/turn.h"
#include "sub/settings.h"

#define AT_ONCE    16
#define OUTPUT_MAX (64 << 10)

static void path_of(const struct places *places, const char *verb,
                    struct buf *b)
{
	buf_printf(b, "%s/handlers/%s", places->etc, verb);
}

bool handler_exists(const struct places *places, const char *verb)
{
	AUTO(buf) struct buf handler = {0}, script = {0};
	struct stat st;

	path_of(places, verb, &handler);
	if (lstat(handler.data, &st) < 0)
		return false;
	buf_printf(&script, "%s/scripts/%s", places->syscmd, verb);
	return !lstat(script.data, &st);
}

/* It runs on the host: nobody but root may have written it. */
static int check(const char *path, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return err_set(err, -errno, "cannot look at %s", path);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    st.st_mode & 022 || !(st.st_mode & 0111))
		return err_say(err, -EPERM,
		               "%s has to be a plain file of root's, "
		               "executable, writable by nobody else",
		               path);
	return 0;
}

/* Only %XX means anything here; what else may be in a word is the handler's
 * business. */
static int decode_word(const char *word, struct buf *b)
{
	for (; *word; word++) {
		AUTO(mem) char *byte = NULL;

		if (*word != '%') {
			buf_putc(b, *word);
			continue;
		}
		byte = percent_decode(word, strnlen(word, 3));
		if (!byte)
			return -EINVAL;
		buf_puts(b, byte);
		word += 2;
	}
	return 0;
}

static int decode(const struct words *line, struct words *argv, struct err *err)
{
	for (size_t i = 0; i < line->n; i++) {
		AUTO(buf) struct buf plain = {0};

		if (decode_word(line->v[i], &plain) < 0)
			return err_say(err, -EINVAL,
			               "%.200s has a %% without two digits",
			               line->v[i]);
		words_add(argv, buf_text(&plain));
	}
	return 0;
}

/* Wake whoever waits for one of these. */
static void let_others_try(struct daemon *d)
{
	for (size_t i = 0; i < d->n_guests; i++) {
		struct guest *g = d->guests[i];

		for (struct job *j = g->jobs; j; j = j->following) {
			if (!j->waits_for_handler)
				continue;
			j->waits_for_handler = false;
			turn_wake(d, g);
		}
	}
}

struct running {
	struct daemon *daemon;
	struct job *job;
};

static void answer(struct running *run, const struct child_end *end)
{
	AUTO(buf) struct buf result = {0};
	struct daemon *d = run->daemon;
	struct err err = {0};

	if (!end->status && !end->was_late && !end->was_long) {
		buf_puts(&result, *end->output ? "ok " : "ok");
		job_one_line(&result, end->output);
		job_answer(run->job, result.data);
		return;
	}
	if (end->was_late)
		err_say(&err, -ETIMEDOUT,
		        "it took longer than %u seconds and was ended",
		        d->conf.handler_timeout);
	else if (end->was_long)
		err_say(&err, -EFBIG,
		        "it said more than %d bytes and was ended", OUTPUT_MAX);
	else if (*end->output)
		err_say(&err, -ECANCELED, "%s", end->output);
	else
		err_say(&err, -ECANCELED, "it failed with status %d",
		        end->status);
	job_refuse(run->job, &err);
}

static void on_ended(void *arg, const struct child_end *end)
{
	struct running *run = arg;
	struct daemon *d = run->daemon;
	struct job *j = run->job;

	if (*end->errors) {
		AUTO(buf) struct buf said = {0};

		job_one_line(&said, end->errors);
		log_line(LEVEL_INFO, "subhost=%s handler=%s said=\"%s\"",
		         j->guest ? j->guest->name : "-", j->verb, said.data);
	}
	d->n_handlers--;
	j->has_handler = false;
	if (j->guest) {
		answer(run, end);
		turn_wake(d, j->guest);
	} else {
		job_abandon(j);
	}
	let_others_try(d);
	free(run);
}

static int start(struct daemon *d, struct job *j, const struct words *argv,
                 struct err *err)
{
	AUTO(buf) struct buf name = {0};
	struct running *run = mem_new0(sizeof(*run));
	char path[] = "PATH=" CHILD_PATH;
	char *env[] = {path, NULL, NULL};
	struct child_order order = {
		.argv = argv->v,
		.env = env,
		.is_user = true,
		.output_max = OUTPUT_MAX,
		.seconds = d->conf.handler_timeout,
		.ended = on_ended,
		.arg = run,
	};
	int r = settings_find_user(d->conf.handler_user, &order.uid, &order.gid,
	                           err);

	buf_printf(&name, "SUBHOST_NAME=%s", j->guest->name);
	env[1] = name.data;
	*run = (struct running){.daemon = d, .job = j};
	if (!r)
		r = child_begin(&d->loop, &order, err);
	if (r < 0)
		free(run);
	return r;
}

static bool has_one(const struct guest *g)
{
	for (const struct job *j = g->jobs; j; j = j->following)
		if (j->has_handler)
			return true;
	return false;
}

enum answer handler_answer(struct daemon *d, struct job *j,
                           const struct words *line)
{
	AUTO(words) struct words argv = {0};
	AUTO(buf) struct buf path = {0};
	struct err err = {0};
	int r;

	if (d->n_handlers >= AT_ONCE || has_one(j->guest)) {
		j->waits_for_handler = true;
		j->tried_at = uv_now(&d->loop); /* it may ask already */
		return ANSWER_WAITS;
	}
	path_of(&d->places, j->verb, &path);
	words_add(&argv, path.data);
	if (decode(line, &argv, &err) < 0) {
		job_refuse(j, &err);
		return ANSWER_GIVEN;
	}
	r = check(path.data, &err);
	if (!r)
		r = start(d, j, &argv, &err);
	if (r < 0) {
		job_fail(j, &err);
		return ANSWER_GIVEN;
	}
	j->has_handler = true;
	d->n_handlers++;
	return ANSWER_WAITS;
}
