/* SPDX-License-Identifier: MIT */

#include "casting/grant.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cast/request.h"
#include "casting/ends.h"
#include "casting/round.h"
#include "sys/beneath.h"

/* Can users other than root search every directory on the way to path? */
static bool can_be_reached(int root_fd, const char *path)
{
	AUTO(buf) struct buf part = {0};

	for (const char *c = path; *c; c++) {
		AUTO(fd) int fd = -1;
		struct stat st;

		buf_putc(&part, *c);
		if (c[1] && c[1] != '/')
			continue;
		fd = beneath_open(root_fd, part.data, false);
		if (fd < 0 || fstat(fd, &st) < 0)
			return true; /* not known: be careful */
		if (!st.st_uid && !(st.st_mode & S_IXOTH) &&
		    (!st.st_gid || !(st.st_mode & S_IXGRP)))
			return false;
	}
	return true;
}

bool grant_is_safe_to_write(const struct end_found *source)
{
	struct statvfs fs;

	return !fstatvfs(source->fd, &fs) &&
	       (fs.f_flag & ST_NOSUID ||
	        !can_be_reached(source->of->root_fd, source->place.data));
}

static int check_host(struct round *r, const struct effect *e, unsigned mode,
                      struct err *err)
{
	AUTO(end_found) struct end_found found = END_NONE;
	struct member *host;
	int x = round_get(r, PEER_HOST, &host, err);

	if (!x)
		x = end_find_source(&found, &host->peer, &host->hanging,
		                    e->path);
	if (x < 0)
		return err_set(err, x, "cannot look at %s", e->path);
	if (found.kind == END_MISSING)
		return err_say(err, -ENOENT, "there is no %s on the host",
		               e->path);
	if (found.kind == END_UNFIT)
		return err_say(err, -EINVAL, "%s is not to be shared: %s",
		               e->path, buf_text(&found.why));
	if (mode & CAST_RO || grant_is_safe_to_write(&found))
		return 0;
	return err_say(err, -EPERM, "%s %s", e->path, GRANT_UNSAFE);
}

int grant_check(struct round *r, const struct request *q,
                const struct effects *effects, struct err *err)
{
	int x = 0;

	for (size_t i = 0; !x && i < effects->n; i++) {
		const struct effect *e = &effects->v[i];
		struct member *m = NULL;

		if (e->kind != EFFECT_OFFERED)
			continue;
		if (e->receiver)
			x = round_get(r, e->receiver, &m, err);
		if (m && !m->exists)
			x = err_say(err, -ENOENT, "there is no sub host %s",
			            e->receiver);
		if (!x && !strcmp(e->giver, PEER_HOST))
			x = check_host(r, e, q->mode, err);
	}
	return x;
}
