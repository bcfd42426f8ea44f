/* SPDX-License-Identifier: MIT */
/*
 * subhostd: hears what sub hosts ask for, and does it by the same code as
 * subhost. Nothing depends on it: what it mounted stays when it ends, and what
 * was asked for meanwhile is done when it is back.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "casting/masters.h"
#include "casting/syscmd.h"
#include "daemon/child.h"
#include "daemon/daemon.h"
#include "daemon/ear.h"
#include "daemon/edits.h"
#include "daemon/instance.h"
#include "daemon/keeper.h"
#include "daemon/log.h"
#include "daemon/service.h"
#include "daemon/turn.h"
#include "model/name.h"
#include "sub/settings.h"

static const char help[] =
	"usage: subhostd [--root DIR]\n\n"
	"Hears what sub hosts ask for in their /.syscmd, in the foreground, until\n"
	"SIGTERM; SIGHUP has it read vzdaemon.conf and casts.ini again. See\n"
	"subhostd(8).\n";

static void hear(void *arg, const struct inotify_event *event, const char *name)
{
	struct daemon *d = arg;

	if (event->mask & IN_Q_OVERFLOW) {
		keeper_look_at_all(d);
		edits_read(d);
	} else if (event->wd == d->etc_watch) {
		edits_hear(d, event, name);
	} else {
		keeper_hear(d, event, name);
	}
}

static void on_events(uv_poll_t *poll, int status, int events)
{
	struct daemon *d = poll->data;

	(void)status;
	(void)events;
	ear_listen(d->ear_fd, hear, d);
}

static void on_hangup(uv_signal_t *handle, int signal)
{
	(void)signal;
	edits_read(handle->data);
}

static void on_end(uv_signal_t *handle, int signal)
{
	(void)signal;
	uv_stop(handle->loop);
}

static void heed(struct daemon *d, uv_signal_t *handle, int signal,
                 uv_signal_cb on_signal)
{
	uv_signal_init(&d->loop, handle);
	handle->data = d;
	uv_signal_start(handle, on_signal, signal);
}

/* Who installed by hand has not filled it; what an administrator has put there
 * stays. */
static void install_tools(const struct places *places)
{
	struct err err = {0};

	if (!syscmd_is_installed(places) && masters_refresh(places, &err) < 0)
		log_line(LEVEL_ERROR, "%s", err.text);
}

/* After an upgrade a guest has links of the tools of before. */
static void refresh_tools(const struct places *places)
{
	DIR *dir = syscmd_is_installed(places) ? opendir(places->syscmd) : NULL;
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		struct err err = {0};

		if (name_is_valid(e->d_name) &&
		    syscmd_refresh(places, e->d_name, &err) < 0)
			log_line(LEVEL_ERROR, "subhost=%s %s", e->d_name,
			         err.text);
	}
	if (dir)
		closedir(dir);
}

static int begin(struct daemon *d, struct err *err)
{
	int r = instance_begin(&d->places, &d->instance_fd, err);

	if (r < 0)
		return r;
	d->ear_fd = ear_open();
	if (d->ear_fd < 0)
		return err_set(err, d->ear_fd, "cannot watch anything");
	r = uv_loop_init(&d->loop);
	if (r < 0)
		return err_set(err, r, "cannot make a loop");
	turn_begin(d);
	heed(d, &d->hangup, SIGHUP, on_hangup);
	heed(d, &d->terminate, SIGTERM, on_end);
	heed(d, &d->interrupt, SIGINT, on_end);
	install_tools(&d->places);
	refresh_tools(&d->places);
	r = edits_begin(d, err);
	if (r < 0)
		return r;
	r = keeper_begin(d);
	if (r < 0)
		return err_set(err, r, "cannot watch %s", d->places.run);
	d->ear.data = d;
	r = uv_poll_init(&d->loop, &d->ear, d->ear_fd);
	if (!r)
		r = uv_poll_start(&d->ear, UV_READABLE, on_events);
	return r < 0 ? err_set(err, r, "cannot poll") : 0;
}

static void end(struct daemon *d)
{
	keeper_end(d);
	casting_done(&d->casting);
	vzdaemon_done(&d->conf);
	free(d->fault);
	fd_auto(&d->ear_fd);
	fd_auto(&d->mounts_fd);
	instance_end(&d->places, &d->instance_fd);
}

static int serve(struct daemon *d)
{
	struct err err = {0};
	int r = begin(d, &err);

	if (r < 0) {
		fprintf(stderr, "subhostd: %s\n", err.text);
	} else {
		log_line(LEVEL_INFO, "subhostd %s: begins pid=%d", VERSION,
		         (int)getpid());
		service_tell("READY=1");
		uv_run(&d->loop, UV_RUN_DEFAULT);
		child_end_all(&d->loop);
		service_tell("STOPPING=1");
		log_line(LEVEL_INFO, "subhostd: ends pid=%d", (int)getpid());
	}
	end(d);
	return r < 0;
}

/* Also for the programs that we run. */
static int settle(struct daemon *d, struct err *err)
{
	int r;

	places_init(&d->places, NULL);
	r = settings_read(&d->places, &d->conf, err);
	if (!r && d->conf.subhost && setenv("SUBHOST", d->conf.subhost, 0) < 0)
		r = err_set(err, -errno, "SUBHOST");
	places_init(&d->places, NULL);
	log_to(d->conf.log, d->conf.level);
	return r;
}

/* 0, or the exit status + 1. */
static int take_options(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			fputs(help, stdout);
			return 1;
		}
		if (strcmp(argv[i], "--root") || i + 1 == argc ||
		    argv[i + 1][0] != '/') {
			fputs(help, stderr);
			return 3;
		}
		setenv("SUBHOST", argv[++i], 1);
	}
	return 0;
}

/* What we open must not become a standard descriptor of whom we run. */
static void fill_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd < 3);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	static struct daemon d = {
		.casting = CASTING_NONE,
		.instance_fd = -1,
		.ear_fd = -1,
		.mounts_fd = -1,
		.run_watch = -1,
		.etc_watch = -1,
	};
	struct err err = {0};
	int status = take_options(argc, argv);

	if (status)
		return status - 1;
	if (geteuid()) {
		fputs("subhostd: only root can do this\n", stderr);
		return 1;
	}
	fill_standard();
	umask(022); /* what we make has the modes that we say */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGIO, SIG_IGN); /* of a lease that we had for a moment */
	if (settle(&d, &err) < 0) {
		fprintf(stderr, "subhostd: %s\n", err.text);
		return 1;
	}
	return serve(&d);
}
