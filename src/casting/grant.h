/* SPDX-License-Identifier: MIT */
/* What has to be looked at on the host before somebody may grant something. */
#pragma once

#include <stdbool.h>

struct effects;
struct end_found;
struct err;
struct request;
struct round;

/* May a guest write to that source of the host's? Guest root could leave a
 * setuid file there for any user of the host to run, where they reach it. */
bool grant_is_safe_to_write(const struct end_found *source);

#define GRANT_UNSAFE                                                           \
	"can be reached by other users of the host, and a guest that writes "  \
	"there could leave a setuid program for them: let it lie on a nosuid " \
	"mount, or below a directory of mode 0700; or share it --ro"

/* Is there a sub host of the name that is given to; and may the host share that
 * directory as it wants to? 0, or negative and why. */
int grant_check(struct round *r, const struct request *q,
                const struct effects *effects, struct err *err);
