/* SPDX-License-Identifier: MIT */

#include "sub/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/file.h"

#define USUAL_RUN "/run/subhost"
#define RUN_TRIES 64

static const char *from_environment(const char *key, const char *usual)
{
	const char *value = getenv(key);

	return value && *value ? value : usual;
}

void places_init(struct places *p, const char *root)
{
	p->subhost = root ? root : from_environment("SUBHOST", "/opt/subhost");
	p->etc = from_environment("SUBHOST_ETC", "/etc/vzcmd");
	p->syscmd = from_environment("SUBHOST_SYSCMD", "/syscmd");
	p->run = from_environment("SUBHOST_RUN", USUAL_RUN);
	p->state = from_environment("SUBHOST_STATE", "/var/lib/subhost");
}

void places_tag(const struct places *p, char ret_tag[static 10])
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	*ret_tag = '\0';
	if (!strcmp(p->run, USUAL_RUN))
		return;
	for (const char *c = p->run; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	snprintf(ret_tag, 10, "@%08x", hash);
}

int places_hold_state(const struct places *p, int *ret_fd)
{
	AUTO(fd) int fd = -1;

	if (mkdir(p->state, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = open(p->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		return -errno;
	*ret_fd = fd_take(&fd);
	return 0;
}

static int make_run(const char *run, int *ret_fd)
{
	int r = file_make_dirs(run, PLACES_RUN_MODE), fd;

	if (r < 0)
		return r;
	fd = open(run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

/* Open and hold SUBHOST_RUN; 1 when it was removed at that moment. */
static int try_run(const char *run, int *ret_fd)
{
	AUTO(fd) int fd = open(run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	int r = 0;

	if (fd < 0 && errno == ENOENT)
		r = make_run(run, &fd);
	else if (fd < 0)
		r = -errno;
	if (r == -ENOENT)
		return 1;
	if (r < 0)
		return r;
	if (flock(fd, LOCK_SH) < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!st.st_nlink)
		return 1;
	*ret_fd = fd_take(&fd);
	return 0;
}

int places_hold_run(const struct places *p, int *ret_fd)
{
	int r = 1;

	/* Each try but the last may meet one who removes it. */
	for (int i = 0; r > 0 && i < RUN_TRIES; i++)
		r = try_run(p->run, ret_fd);
	return r > 0 ? -ELOOP : r;
}
