/* SPDX-License-Identifier: MIT */
/* Starting in the foreground, for the verbs that do. */
#pragma once

struct context;
struct err;
struct sub;
struct survey;

/* The words of "NAME [-- COMMAND…]"; make_way (NULL: none) may change what
 * there is of the sub host before it is started. Returns an exit status. */
int start_foreground(const struct context *c, int argc, char **argv,
                     int (*make_way)(const struct context *c, struct sub *s,
                                     struct survey *v, struct err *err));
