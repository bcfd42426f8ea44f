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

#define USUAL_RUN "/run/subhost"

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
