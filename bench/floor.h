/* SPDX-License-Identifier: MIT */
/*
 * What floor-start and floor-stop share: where the things of one name lie on
 * the host, and how a failure ends the program. A name is its directory, with
 * root, work and live in it, as for a sub host.
 */
#pragma once

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLOOR_CGROUPS "subhost-floor"

struct place {
	const char *name, *directory;
	char live[PATH_MAX], run[PATH_MAX], netns[PATH_MAX];
};

/* One line on stderr, and the end: 125 is the floor's own failure. */
static inline void __attribute__((noreturn)) fail(const char *what)
{
	dprintf(2, "floor: cannot %s: %s\n", what, strerror(errno));
	_exit(125);
}

/* For a system call that says -1 and errno; hands on what it returned. */
static inline int need(int result, const char *what)
{
	if (result < 0)
		fail(what);
	return result;
}

static inline void place_init(struct place *place, const char *directory)
{
	const char *slash = strrchr(directory, '/');

	errno = EINVAL;
	if (directory[0] != '/' || strlen(directory) > PATH_MAX - 16 ||
	    strlen(slash + 1) > 63)
		fail("take that directory");
	place->directory = directory;
	place->name = slash + 1;
	sprintf(place->live, "%s/live", directory);
	sprintf(place->run, "%s/live/run", directory);
	sprintf(place->netns, "/run/netns/%s", place->name);
}
