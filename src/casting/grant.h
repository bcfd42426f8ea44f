/* SPDX-License-Identifier: MIT */
/* What has to be looked at on the host before somebody may grant something. */
#pragma once

struct effects;
struct err;
struct request;
struct round;

/* Is there a sub host of the name that is given to; and may the host share that
 * directory as it wants to? Guest root could leave a setuid file in a writable
 * one for any user of the host to run. 0, or negative and why. */
int grant_check(struct round *r, const struct request *q,
                const struct effects *effects, struct err *err);
