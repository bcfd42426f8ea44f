/* SPDX-License-Identifier: MIT */
/*
 * A stopped sub host gets another name, with all that goes by its name. Until
 * its directory is renamed, what is done counts for nothing; afterwards the
 * rest is: both by a file that says so, RENAME_FILE, however often it is cut
 * short.
 */
#pragma once

#include <stdbool.h>

struct buf;
struct err;
struct places;
struct sub;

#define RENAME_FILE ".renaming" /* in its directory: OLD NEW */

/* Locked, SUBHOST_RUN held. */
int rename_sub(struct sub *s, const char *new, struct buf *notes,
               struct err *err);

/* Is new what a rename of old became that was cut short? */
bool rename_is_unfinished(const struct places *places, const char *old,
                          const char *new);

/* Do the rest of what made s, locked, SUBHOST_RUN held, out of another, if
 * there is a rest. */
int rename_finish(struct sub *s, struct buf *notes, struct err *err);
