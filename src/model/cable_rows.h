/* SPDX-License-Identifier: MIT */
/* The part of model/declaration's table whose names are a pattern: ETHn_…, of
 * cable n. Pure. */
#pragma once

#include <stdbool.h>

struct buf;
struct cables;
struct config;
struct err;
struct variable;

/* Read them into cables, which BRIDGES has made, and check what has to fit
 * together: 0, or -EINVAL with "WHERE:LINE: …". */
int cable_rows_read(struct cables *cables, const struct config *c,
                    const char *where, struct err *err);

/* Call each with those that are set, in the order of cables and table. */
void cable_rows_each(const struct cables *cables, const struct config *c,
                     void (*each)(void *arg, const struct variable *variable,
                                  const char *value),
                     void *arg);

/* Is it the name of one, whatever its number? */
bool cable_rows_has(const char *name);

/* Append the name that was probably meant; false if name is no slip. */
bool cable_rows_find_meant(const char *name, struct buf *ret_meant);
