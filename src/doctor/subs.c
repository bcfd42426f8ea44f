/* SPDX-License-Identifier: MIT */
/* Sub hosts that are not what their records say, and records of none. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "doctor/doctor.h"
#include "host/keeper.h"
#include "host/life.h"
#include "host/survey.h"
#include "model/name.h"
#include "run/launcher.h"
#include "sub/libexec.h"
#include "sub/sub.h"

static int open_locked(const struct doctor *d, const char *name, struct sub *s,
                       struct survey *v, struct err *err)
{
	int r = sub_open(s, d->places, name, err);

	if (!r)
		r = sub_lock(s, LIFE_LOCK_SECONDS, err);
	if (!r)
		r = sub_hold_run(s, err);
	return r ? r : survey_take(v, s, err);
}

/* What is left is taken down; unless it was mended meanwhile. */
static int take_down(struct doctor *d, const struct finding *f, struct err *err)
{
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(sub) struct sub s = SUB_NONE;
	AUTO(buf) struct buf why = {0};
	int r = open_locked(d, f->name, &s, &v, err);

	if (!r && state_of(&v.facts, &why) == STATE_DAMAGED)
		r = life_stop(&s, &v, false, -1, err);
	launcher_leave(&s);
	return r;
}

static int forget_record(struct doctor *d, const struct finding *f,
                         struct err *err)
{
	int run_fd = -1, r = places_hold_run(d->places, &run_fd);

	if (!r && unlinkat(run_fd, f->name, 0) < 0 && errno != ENOENT)
		r = -errno;
	launcher_leave_run(d->places, &run_fd);
	return r < 0 ? err_set(err, r, "cannot remove %s/%s", d->places->run,
	                       f->name)
	             : 0;
}

static bool is_lost(const struct survey *v)
{
	AUTO(buf) struct buf why = {0};

	return keeper_is_lost(v) && state_of(&v->facts, &why) == STATE_RUNNING;
}

static bool has_lost_keeper(const struct doctor *d, const char *name)
{
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(sub) struct sub s = SUB_NONE;
	struct err ignored;

	return !sub_open(&s, d->places, name, &ignored) &&
	       !survey_take(&v, &s, &ignored) && is_lost(&v);
}

/* As people would: by the command that adopts it. */
static int adopt(struct doctor *d, const struct finding *f, struct err *err)
{
	char path[PATH_MAX] = "subhost", quiet[] = "-q", root[] = "--root",
	     start[] = "start", detached[] = "-d";
	AUTO(mem) char *subhost = mem_copy(d->places->subhost);
	char *argv[] = {path,  quiet,    root,    subhost,
	                start, detached, f->name, NULL};
	int status = -1, r = libexec_path("subhost", path, sizeof(path));
	pid_t pid;

	if (!r && !has_lost_keeper(d, f->name))
		return 0; /* by now */
	if (!r)
		r = -posix_spawn(&pid, path, NULL, NULL, argv, environ);
	if (r < 0)
		return err_set(err, r, "cannot run %s", path);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status ? err_say(err, -EIO, "%s was not adopted", f->name) : 0;
}

static void look_at_keeper(struct doctor *d, const struct sub *s,
                           const struct survey *v)
{
	static const struct said lost = {
		.how = "it was killed; nobody keeps the console's log, and "
		       "RESTART is off",
		.fix = "gives it another one, as subhost start -d does",
		.mend = adopt,
	};

	if (is_lost(v))
		doctor_add(d, s->name, &lost,
		           "%s runs, and its supervisor is dead", s->name);
}

static void look_at_foreign(struct doctor *d, const struct sub *s,
                            const struct survey *v)
{
	const struct said said = {
		.how = "somebody else made it; it is not touched"};
	struct err err = {0};

	if (survey_refuse_foreign(v, s, &err) < 0)
		doctor_add(d, s->name, &said, "%s: %s", s->name, err.text);
}

static int examine_one(struct doctor *d, const char *name, struct err *err)
{
	static const struct said damaged = {
		.how = "one of our commands was killed, or somebody unmounted, "
		       "killed or deleted what belongs to it",
		.fix = "takes down what is left of it, as subhost stop does",
		.mend = take_down,
	};
	AUTO(survey) struct survey v = SURVEY_NONE;
	AUTO(sub) struct sub s = SUB_NONE;
	AUTO(buf) struct buf why = {0};
	enum state state;
	int r = sub_open(&s, d->places, name, err);

	if (!r)
		r = survey_take(&v, &s, err);
	if (r < 0)
		return r;
	state = state_of(&v.facts, &why);
	d->patients = mem_resize(d->patients, d->n_patients + 1,
	                         sizeof(*d->patients));
	d->patients[d->n_patients++] = (struct patient){
		.name = mem_copy(name),
		.is_up = state != STATE_STOPPED,
	};
	if (state == STATE_DAMAGED)
		doctor_add(d, name, &damaged, "%s is damaged: %s", name,
		           buf_text(&why));
	look_at_foreign(d, &s, &v);
	look_at_keeper(d, &s, &v);
	return 0;
}

static int is_sub(const struct dirent *e)
{
	return name_is_valid(e->d_name) &&
	       (e->d_type == DT_DIR || e->d_type == DT_UNKNOWN);
}

int doctor_examine_subs(struct doctor *d, struct err *err)
{
	struct dirent **found;
	int r = 0, n = scandir(d->places->subhost, &found, is_sub, alphasort);

	if (n < 0)
		return err_set(err, -errno,
		               "cannot open %s, where sub hosts live",
		               d->places->subhost);
	for (int i = 0; i < n; i++) {
		if (!r)
			r = examine_one(d, found[i]->d_name, err);
		free(found[i]);
	}
	free(found);
	return r;
}

int doctor_examine_records(struct doctor *d, struct err *err)
{
	static const struct said orphan = {
		.how = "the directory was removed while it was up, or its "
		       "disk is not mounted",
		.fix = "removes the record",
		.mend = forget_record,
	};
	DIR *dir = opendir(d->places->run);
	struct dirent *e;

	if (!dir)
		return errno == ENOENT ? 0
		                       : err_set(err, -errno, "cannot open %s",
		                                 d->places->run);
	while ((e = readdir(dir)))
		if (e->d_type == DT_REG && name_is_valid(e->d_name) &&
		    strcmp(e->d_name, LAUNCHER_PIN) &&
		    !doctor_knows(d, e->d_name))
			doctor_add(d, e->d_name, &orphan,
			           "there is a record of %s, and no sub host "
			           "of that name",
			           e->d_name);
	closedir(dir);
	return 0;
}
