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

static int check_writable(const struct end_found *e, int root_fd,
                          const char *path, struct err *err)
{
	struct statvfs fs;

	if (fstatvfs(e->fd, &fs) < 0)
		return err_set(err, -errno, "cannot look at %s", path);
	if (fs.f_flag & ST_NOSUID || !can_be_reached(root_fd, path))
		return 0;
	return err_say(err, -EPERM,
	               "%s can be reached by other users of the host, and a "
	               "guest that writes there could leave a setuid program "
	               "for them: let it lie on a nosuid mount, or below a "
	               "directory of mode 0700; or share it --ro",
	               path);
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
	return mode & CAST_RO ? 0
	                      : check_writable(&found, host->peer.root_fd,
	                                       e->path, err);
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
