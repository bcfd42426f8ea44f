/* SPDX-License-Identifier: MIT */
/* Paths that are shared, compared component by component. Pure. */
#pragma once

#include <stdbool.h>

#define CAST_PATH_MAX 4096 /* bytes with the NUL */

/* Why path is not absolute and normalised (no "..", ".", "//", trailing "/",
 * too long), as a clause; NULL: it is. "/" is. */
const char *path_fault(const char *path);

/* Is path above itself, or below it? Both are normalised. */
bool path_covers(const char *above, const char *path);

/* Does one cover the other? */
bool path_overlaps(const char *a, const char *b);

/* May no cast lie on, or come from, that path of a guest: /, /proc, /sys,
 * /dev, /syscmd, /.syscmd and what lies under them? */
bool path_is_reserved(const char *path);
