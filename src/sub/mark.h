/* SPDX-License-Identifier: MIT */
/* Whose a mount is that no unique id tells: what is ours carries a mark. */
#pragma once

#include <stdbool.h>

struct sub;

/* Does the mount that fd is the root of carry the mark of s, or show its root?
 * Out of the mount table: the cost grows with that. */
bool mark_is_on(const struct sub *s, int fd);
