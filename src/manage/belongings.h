/* SPDX-License-Identifier: MIT */
/*
 * What a sub host has outside of its directory, and keeps while it is stopped:
 * its range of ids, the folder of its verbs, its log and last exit.
 */
#pragma once

struct buf;
struct err;
struct places;

int belongings_forget(const struct places *places, const char *name,
                      struct err *err);

/* They are new's from now on, instead of what new may have had. Doing it again
 * changes nothing. */
int belongings_rename(const struct places *places, const char *old,
                      const char *new, struct err *err);
