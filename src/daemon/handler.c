/* SPDX-License-Identifier: MIT */

#include "daemon/handler.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/words.h"
#include "cast/percent.h"
#include "daemon/child.h"
#include "daemon/daemon.h"
#include "daemon/guest.h"
#include "daemon/job.h"
#include "daemon/log.h"
#include "daemon/turn.h"
#include "model/passwd.h"

#define AT_ONCE    16
#define OUTPUT_MAX (64 << 10)
#define PASSWD_MAX (4 << 20)

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

static int find_user(const char *user, struct passwd *ret, struct err *err)
{
	AUTO(buf) struct buf users = {0};
	int r = file_read(AT_FDCWD, "/etc/passwd", PASSWD_MAX, &users);

	if (!r || r == -ENOENT)
		r = passwd_find(buf_text(&users), "", user, ret);
	return r < 0 ? err_set(err, r, "HANDLER_USER=%s", user) : 0;
}

static int decode(const struct words *line, struct words *argv, struct err *err)
{
	for (size_t i = 0; i < line->n; i++) {
		const char *word = line->v[i];
		AUTO(mem) char *plain = percent_decode(word, strlen(word));

		if (!plain)
			return err_say(err, -EINVAL,
			               "%.200s is not written as it has to be: "
			               "%%XX for what is no plain byte",
			               word);
		words_add(argv, plain);
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
	char *path;
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
		         j->guest ? j->guest->name : "-", run->path, said.data);
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
	free(run->path);
	free(run);
}

static int begin(struct daemon *d, struct job *j, const struct words *line,
                 struct err *err)
{
	AUTO(words) struct words argv = {0}, env = {0};
	AUTO(buf) struct buf path = {0}, name = {0};
	struct passwd user = {0};
	struct child_order order = {
		.is_user = true,
		.output_max = OUTPUT_MAX,
		.seconds = d->conf.handler_timeout,
		.ended = on_ended,
	};
	struct running *run;
	int r;

	path_of(&d->places, j->verb, &path);
	words_add(&argv, path.data);
	buf_printf(&name, "SUBHOST_NAME=%s", j->guest->name);
	words_add(&env, "PATH=" CHILD_PATH);
	words_add(&env, name.data);
	r = check(path.data, err);
	if (!r)
		r = find_user(d->conf.handler_user, &user, err);
	if (r < 0)
		return r;
	run = mem_new0(sizeof(*run));
	*run = (struct running){
		.daemon = d, .job = j, .path = mem_copy(path.data)};
	order.argv = argv.v;
	order.env = env.v;
	order.uid = user.uid;
	order.gid = user.gid;
	order.arg = run;
	r = child_begin(&d->loop, &order, err);
	if (r < 0) {
		free(run->path);
		free(run);
	}
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
	struct err err = {0};

	if (d->n_handlers >= AT_ONCE || has_one(j->guest)) {
		j->waits_for_handler = true;
		j->tried_at = uv_now(&d->loop); /* it may ask already */
		return ANSWER_WAITS;
	}
	if (begin(d, j, line, &err) < 0) {
		job_refuse(j, &err);
		return ANSWER_GIVEN;
	}
	j->has_handler = true;
	d->n_handlers++;
	return ANSWER_WAITS;
}
