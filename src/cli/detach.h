/* SPDX-License-Identifier: MIT */
/* Starting detached, for the verbs that do. */
#pragma once

#include <stddef.h>

struct context;

/*
 * Start all of them at once, each with a supervisor of its own, and return when
 * all are up (with NOTIFY=yes: ready) or have failed, which has been told. The
 * exit status: of one, that of its failure; else 1. command NULL: as declared.
 */
int detach(const struct context *c, char *const *names, size_t n,
           char *const *command);
