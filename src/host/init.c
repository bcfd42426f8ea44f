/* SPDX-License-Identifier: MIT */

#include "host/init.h"

#include <errno.h>
#include <linux/filter.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/words.h"
#include "host/freezer.h"
#include "host/life.h"
#include "host/phases.h"
#include "host/survey.h"
#include "model/command.h"
#include "model/declaration.h"
#include "model/init.h"
#include "model/powers.h"
#include "run/filter.h"
#include "run/notify.h"
#include "sub/sub.h"
#include "sys/beneath.h"
#include "sys/kernel.h"

#define KILL_MS 20000 /* how long the killed may take to be gone */

void init_environment(const struct declaration *d, const char *term,
                      struct words *env)
{
	words_add(env, "PATH=/usr/local/sbin:/usr/local/bin:"
	               "/usr/sbin:/usr/bin:/sbin:/bin");
	words_add(env, "container=subhost");
	if (term) {
		AUTO(buf) struct buf line = {0};

		buf_printf(&line, "TERM=%s", term);
		words_add(env, line.data);
	}
	for (size_t i = 0; i < d->environment.n; i++)
		words_add(env, d->environment.v[i]);
}

/*
 * The words to execute for a command (none: a shell). With the reaper, it runs
 * it; else takes_place says whether our own small program takes our place
 * first. That is for those whose root is the host's: a script whose
 * interpreter is /proc/self/exe would have subhost itself run inside, where
 * they could write to it (CVE-2019-5736). It is sealed, and nobody can.
 */
static void order(char *const *command, bool reaper, bool takes_place,
                  struct words *argv)
{
	if (reaper)
		words_add(argv, "subhost-init");
	else if (takes_place)
		words_add(argv, "subhost-exec");
	if (reaper && !command[0])
		words_add(argv, "/bin/sh");
	for (size_t i = 0; command[i]; i++)
		words_add(argv, command[i]);
}

uint64_t init_filter_hash(const struct filter *f)
{
	static const uint8_t key[HASH_KEY_BYTES];

	return f->owned ? hash_sip(key, f->code,
	                           f->n * sizeof(struct sock_filter))
	                : 0;
}

/* What init is. Only "init" says nothing: it is a symlink to what it is. */
static const struct init_kind *kind_of(const struct life *l,
                                       const char *program)
{
	const char *slash = strrchr(program, '/');
	AUTO(fd) int fd = -1;
	char link[64], path[4096];
	ssize_t n;

	if (strcmp(slash ? slash + 1 : program, "init"))
		return init_kind_of(program);
	fd = beneath_open(l->survey->live_fd, program, true);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = fd < 0 ? -1 : readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return init_kind_of(program);
	path[n] = '\0';
	return init_kind_of(path);
}

/* How it was started, so that another supervisor can go on with it. */
static void note_keeper(struct life *l, bool keeps_console)
{
	const struct declaration *d = l->wish->declaration;
	struct record *r = &l->survey->record;
	AUTO(buf) struct buf command = {0};

	r->keeper = (uint64_t)getpid();
	r->keeper_birth = 0;
	process_birth(getpid(), &r->keeper_birth);
	r->detached = l->wish->detached;
	r->console = keeps_console;
	r->restart = d->restart;
	r->restart_delay = d->restart_delay;
	r->log_max = d->log_max;
	free(PTR_TAKE(r->command));
	free(PTR_TAKE(r->notify));
	if (!l->wish->detached || !l->wish->command)
		return;
	command_print(l->wish->command, &command);
	r->command = buf_take(&command);
}

/* Whoever joins it is confined no less. */
static void note_confinement(struct life *l, const struct launch_request *req)
{
	struct record *r = &l->survey->record;

	r->capabilities = req->capabilities;
	r->no_new_privs = req->no_new_privs;
	free(r->seccomp);
	r->seccomp = mem_copy(l->wish->declaration->seccomp);
	r->filter = init_filter_hash(req->filter);
}

/* A shell with a command is, sooner or later, that command. */
static const struct init_kind *kind_of_command(const struct life *l,
                                               char *const *argv)
{
	return argv[0] && argv[1] && !strcmp(argv[1], "-c")
	               ? init_kind_of("")
	               : kind_of(l, argv[0] ? argv[0] : "/bin/sh");
}

static bool wants_reaper(const struct life *l, const struct init_kind *kind)
{
	switch (l->wish->declaration->reaper) {
	case ANSWER_YES:
		return true;
	case ANSWER_NO:
		return false;
	case ANSWER_AUTO:
		break;
	}
	return l->wish->detached && !kind->is_real && !kind->is_shell;
}

static void note_init(struct life *l, const struct init_kind *kind,
                      char *const *argv)
{
	const struct declaration *d = l->wish->declaration;
	struct record *r = &l->survey->record;

	if (kind->is_real && !r->mounts)
		buf_printf(l->wish->notes,
		           "%s is a real init, which wants MOUNTS=yes\n",
		           argv[0]);
	if (r->base && powers_lift_limits(&d->caps, r->mounts))
		buf_puts(l->wish->notes,
		         "CAPS=+SYS_RESOURCE lets it lift the limits of "
		         "MOUNTS=no, and mount\n");
	r->stop_signal =
		(uint64_t)(d->stop_signal ? d->stop_signal : kind->stop_signal);
	r->stop_timeout = d->stop_timeout;
}

static int note_birth(struct life *l, struct err *err)
{
	struct record *r = &l->survey->record;
	int fault;

	r->init = (uint64_t)l->launched->init.pid;
	fault = process_birth(l->launched->init.pid, &r->birth);
	if (fault < 0)
		return err_set(err, fault, "cannot look at its init");
	r->since = (uint64_t)time(NULL);
	return phases_remember(l, err);
}

static int launch(struct life *l, struct launch_request *req, struct err *err)
{
	AUTO(birth) struct birth birth = BIRTH_NONE;
	struct launched *ret = l->launched;
	int r = launch_begin(&birth, l->sub, req, ret, err);

	/* Written down before the init can do anything. */
	if (!r && ret->init.pid)
		r = note_birth(l, err);
	if (r < 0)
		return r;
	r = birth_end(&birth, req, ret, err);
	if (!r && req->mounts)
		r = note_birth(l, err);
	return r;
}

uint64_t init_capabilities(const struct life *l)
{
	return powers_kept(l->user_fd >= 0, l->survey->net_fd >= 0,
	                   l->survey->record.mounts,
	                   &l->wish->declaration->caps);
}

/* Where init says that it is ready, if it is to. */
static int open_notify(struct life *l, struct words *env, struct err *err)
{
	AUTO(buf) struct buf line = {0};
	char name[NOTIFY_NAME_BYTES];
	int r, fd;

	if (!l->wish->detached || !l->wish->declaration->notify)
		return 0;
	r = notify_make_name(name);
	fd = r < 0 ? r : notify_open(l->survey->net_fd, name);
	if (fd < 0)
		return err_set(err, fd, "cannot make its NOTIFY_SOCKET");
	l->launched->notify_fd = fd;
	l->survey->record.notify = mem_copy(name);
	buf_printf(&line, "NOTIFY_SOCKET=%s", name);
	words_add(env, line.data);
	return 0;
}

int init_start(struct life *l, struct err *err)
{
	const struct declaration *d = l->wish->declaration;
	static char *const no_words[] = {NULL};
	AUTO(words) struct words env = {0}, argv = {0};
	AUTO(filter) struct filter filter = {0};
	char *const *command = l->wish->command;
	const struct init_kind *kind;
	struct launch_request req = {
		.live_fd = l->survey->live_fd,
		.user_fd = l->user_fd,
		.net_fd = l->survey->net_fd,
		.cgroup_fd = l->survey->cgroup_fd,
		.old = &l->old,
		.devices = &l->devices,
		.base = (uid_t)l->survey->record.base,
		.mounts = l->survey->record.mounts,
		.capabilities = init_capabilities(l),
		.no_new_privs = d->no_new_privs,
		.filter = &filter,
		.terminal = l->wish->terminal,
		.outlives = l->wish->detached,
		.page_fd = l->wish->detached ? l->wish->page_fd : -1,
		.hostname = d->hostname ? d->hostname : l->sub->name,
		.user = d->user,
		.workdir = d->workdir,
	};
	int r = filter_find(d->seccomp, &filter, err);

	if (r < 0)
		return r;

	if (!command)
		command = d->init.n ? d->init.v : no_words;
	kind = kind_of_command(l, command);
	req.reaps = wants_reaper(l, kind);
	req.reaper = req.reaps || !req.base;
	note_init(l, kind, command);
	note_keeper(l, req.reaps && l->wish->detached);
	note_confinement(l, &req);
	order(command, req.reaps, req.reaper, &argv);
	init_environment(d, l->wish->terminal ? l->wish->term : NULL, &env);
	r = open_notify(l, &env, err);
	if (r < 0)
		return r;
	req.argv = argv.n ? argv.v : no_words;
	req.envp = env.v;
	return launch(l, &req, err);
}

/* Ask init to end, if it would hear; then make it. */
int init_end(struct life *l, struct err *err)
{
	struct survey *v = l->survey;
	int signal = (int)v->record.stop_signal;
	int seconds = l->seconds < 0 ? (int)v->record.stop_timeout : l->seconds;
	int r = -ETIMEDOUT;

	if (!v->facts.init_alive)
		return 0;
	/* One that stands still hears nothing. */
	if (freezer_is_on(l->sub, v)) {
		r = freezer_set(l->sub, v, false, err);
		if (r < 0)
			return r;
		r = -ETIMEDOUT;
	}
	if (!l->force && signal && process_catches(v->init.pid, signal)) {
		k_pidfd_send_signal(v->init.pid_fd, signal);
		r = process_await(v->init.pid_fd, seconds * 1000);
	}
	if (r < 0) {
		k_pidfd_send_signal(v->init.pid_fd, SIGKILL);
		r = process_await(v->init.pid_fd, KILL_MS);
	}
	if (r < 0)
		return err_set(err, r, "cannot end its init, pid %d",
		               v->init.pid);
	v->facts.init_alive = false;
	v->facts.populated = false;
	return 0;
}
