/* SPDX-License-Identifier: MIT */

#include "daemon/edits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "daemon/daemon.h"
#include "daemon/ear.h"
#include "daemon/guest.h"
#include "daemon/log.h"
#include "daemon/turn.h"
#include "sub/settings.h"

#define EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)
#define SELF   (IN_DELETE_SELF | IN_MOVE_SELF)
#define RETRY  10   /* until a lock is tried again */
#define SETTLE 1000 /* mounts are looked at so often at most */

static int watch_etc(struct daemon *d, struct err *err)
{
	AUTO(fd) int fd = -1;
	int r = file_make_dirs(d->places.etc, 0755);

	if (r < 0)
		return err_set(err, r, "cannot make %s", d->places.etc);
	fd = open(d->places.etc, O_PATH | O_DIRECTORY | O_CLOEXEC);
	r = fd < 0 ? -errno : ear_watch(d->ear_fd, fd, EVENTS | SELF);
	if (r < 0)
		return err_set(err, r, "cannot watch %s", d->places.etc);
	d->etc_watch = r;
	return 0;
}

/* Say once what is wrong, and once that it no longer is. */
static void tell_fault(struct daemon *d)
{
	const char *fault = d->casting.fault;

	if (fault && (!d->fault || strcmp(fault, d->fault) != 0))
		log_line(LEVEL_ERROR, "%s; the last good one goes on", fault);
	if (!fault && d->fault)
		log_line(LEVEL_INFO, "%s/casts.ini is good again",
		         d->places.etc);
	free(d->fault);
	d->fault = fault ? mem_copy(fault) : NULL;
}

static void on_reread(uv_timer_t *timer)
{
	struct daemon *d = timer->data;
	struct stamp before = d->casting.stamp;
	struct err err = {0};
	int r = casting_begin(&d->casting, &d->places, 0, &err);

	if (r == -EBUSY) {
		uv_timer_start(timer, on_reread, RETRY, 0);
		return;
	}
	if (r < 0) {
		log_line(LEVEL_ERROR, "%s", err.text);
		return;
	}
	casting_let_go(&d->casting);
	tell_fault(d);
	/* Mostly it was written by ourselves, and all is done. */
	if (!memcmp(&before, &d->casting.stamp, sizeof(before)))
		return;
	log_line(LEVEL_DEBUG, "%s/casts.ini was read", d->places.etc);
	turn_tend_all(d);
}

static void read_conf(struct daemon *d)
{
	struct vzdaemon conf = {0};
	struct err err = {0};

	if (settings_read(&d->places, &conf, &err) < 0) {
		log_line(LEVEL_ERROR, "%s; what was so goes on", err.text);
		return;
	}
	vzdaemon_done(&d->conf);
	d->conf = conf;
	log_to(conf.log, conf.level);
	for (size_t i = 0; i < d->n_guests; i++)
		guest_limit(d->guests[i], conf.rate, conf.burst,
		            uv_now(&d->loop));
	log_line(LEVEL_DEBUG, "%s/vzdaemon.conf was read", d->places.etc);
}

static void read_casts(struct daemon *d)
{
	uv_timer_start(&d->reread, on_reread, 0, 0);
}

void edits_read(struct daemon *d)
{
	read_conf(d);
	read_casts(d);
}

void edits_hear(struct daemon *d, const struct inotify_event *event,
                const char *name)
{
	struct err err = {0};

	if (event->mask & (SELF | IN_IGNORED)) {
		if (event->mask & IN_MOVE_SELF)
			ear_forget(d->ear_fd, d->etc_watch);
		d->etc_watch = -1;
		if (watch_etc(d, &err) < 0)
			log_line(LEVEL_ERROR, "%s", err.text);
		edits_read(d);
	} else if (!strcmp(name, "vzdaemon.conf")) {
		read_conf(d);
	} else if (!strcmp(name, "casts.ini")) {
		read_casts(d);
	}
}

static void on_settled(uv_timer_t *timer)
{
	turn_tend_all(timer->data);
}

/* Ours are among these changes, too; a second's are looked at together. */
static void on_mounts(uv_poll_t *poll, int status, int events)
{
	struct daemon *d = poll->data;

	(void)status;
	if (events & UV_PRIORITIZED &&
	    !uv_is_active((const uv_handle_t *)&d->settling))
		uv_timer_start(&d->settling, on_settled, SETTLE, 0);
}

int edits_begin(struct daemon *d, struct err *err)
{
	int r = watch_etc(d, err);

	if (r < 0)
		return r;
	d->mounts_fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	if (d->mounts_fd < 0)
		return err_set(err, -errno, "cannot open /proc/self/mountinfo");
	uv_timer_init(&d->loop, &d->reread);
	uv_timer_init(&d->loop, &d->settling);
	d->reread.data = d->settling.data = d->mounts.data = d;
	r = uv_poll_init(&d->loop, &d->mounts, d->mounts_fd);
	if (!r)
		r = uv_poll_start(&d->mounts, UV_PRIORITIZED, on_mounts);
	if (r < 0)
		return err_set(err, r, "cannot poll /proc/self/mountinfo");
	read_casts(d);
	return 0;
}
