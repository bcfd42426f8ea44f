/* SPDX-License-Identifier: MIT */
/* A profile of the user's own: the JSON that Docker and the OCI know. */
#pragma once

struct err;
struct program;

#define PROFILE_MAX (1 << 20) /* bytes of a profile */

/* Make p from nothing but text: 0, or -errno and one sentence that says where
 * in the profile; p is to be done anyway. What is not understood is refused. */
int profile_read(struct program *p, const char *text, struct err *err);
