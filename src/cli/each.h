/* SPDX-License-Identifier: MIT */
/* One sub host or several, opened and locked for a verb. */
#pragma once

#include "host/survey.h"
#include "sub/sub.h"

struct context;
struct err;

/* Open NAME for a change: its lock held, SUBHOST_RUN held, surveyed. */
int each_begin(const struct context *c, const char *name, struct sub *s,
               struct survey *v, struct err *err);

/* Do fn for each NAME, even when one before failed; returns an exit status. */
int each_name(const struct context *c, int argc, char **argv,
              int (*fn)(const struct context *c, struct sub *s,
                        struct survey *v, struct err *err));
