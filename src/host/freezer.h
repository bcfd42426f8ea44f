/* SPDX-License-Identifier: MIT */
/* A running sub host whose clock stands still. */
#pragma once

#include <stdbool.h>

struct err;
struct sub;
struct survey;

/* Stop the clock of all its processes, or let it go on; returns when it is so.
 */
int freezer_set(const struct sub *s, const struct survey *v, bool frozen,
                struct err *err);

/* Does it stand still? Where that cannot be known, no. */
bool freezer_is_on(const struct sub *s, const struct survey *v);
