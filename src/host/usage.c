/* SPDX-License-Identifier: MIT */

#include "host/usage.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "host/limits.h"
#include "host/survey.h"
#include "sys/cgroup.h"
#include "sys/cgroup_old.h"

#define FILE_MAX 4096

static void take_limit(struct usage *u, enum limit limit, int version, int fd)
{
	const char *file;

	for (size_t i = 0; (file = limit_file(limit, version, i)); i++) {
		AUTO(buf) struct buf b = {0};

		if (file_read(fd, file, FILE_MAX, &b) < 0)
			continue;
		limit_read(&u->limits, limit, version, buf_text(&b));
		return;
	}
}

static uint64_t cpu_used(int cgroup_fd)
{
	static const char key[] = "usage_usec ";
	AUTO(buf) struct buf b = {0};
	const char *at;

	if (file_read(cgroup_fd, "cpu.stat", FILE_MAX, &b) < 0)
		return 0;
	at = strstr(buf_text(&b), key);
	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

static void count(struct usage *u, const struct survey *v,
                  const struct cgroup_old *old)
{
	cgroup_count(v->cgroup_fd >= 0 ? v->cgroup_fd : old->fd[CGROUP_DEVICES],
	             &u->processes);
	if (old->fd[CGROUP_MEMORY] >= 0)
		cgroup_number(old->fd[CGROUP_MEMORY], "memory.usage_in_bytes",
		              &u->memory);
	if (old->fd[CGROUP_PIDS] >= 0)
		cgroup_number(old->fd[CGROUP_PIDS], "pids.current", &u->pids);
	if (v->cgroup_fd < 0)
		return;
	cgroup_number(v->cgroup_fd, "memory.current", &u->memory);
	cgroup_number(v->cgroup_fd, "pids.current", &u->pids);
	u->cpu = cpu_used(v->cgroup_fd);
}

void usage_take(struct usage *u, const struct sub *s, const struct survey *v)
{
	AUTO(cgroup_old) struct cgroup_old old = CGROUP_OLD_NONE;
	struct cgroup_place place = limits_place(s, v);

	cgroup_old_open(&old, &place);
	for (enum limit i = 0; i < LIMITS; i++) {
		int fd = old.fd[cgroup_old_named(limit_controller(i, 1))];

		if (fd >= 0)
			take_limit(u, i, 1, fd);
		else if (v->cgroup_fd >= 0)
			take_limit(u, i, 2, v->cgroup_fd);
	}
	count(u, v, &old);
}

void usage_count(struct usage *u, const struct sub *s, const struct survey *v)
{
	AUTO(cgroup_old) struct cgroup_old old = CGROUP_OLD_NONE;
	struct cgroup_place place = limits_place(s, v);

	cgroup_old_open_one(&old, &place, CGROUP_MEMORY);
	if (v->cgroup_fd < 0)
		cgroup_old_open_one(&old, &place, CGROUP_DEVICES);
	count(u, v, &old);
}
