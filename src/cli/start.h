/* SPDX-License-Identifier: MIT */
/* Starting in the foreground, for the verbs that do. */
#pragma once

#include "cli/run.h"

struct context;

/* The words of "NAME [-- COMMAND…]"; make_way (NULL: none) may change what
 * there is of the sub host before it is started. Returns an exit status. */
int start_foreground(const struct context *c, int argc, char **argv,
                     run_make_way *make_way);
