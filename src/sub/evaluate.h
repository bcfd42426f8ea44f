/* SPDX-License-Identifier: MIT */
/*
 * A config that uses more of bash than model/config reads, evaluated by the
 * host's /bin/bash in a sandbox: no network, all of the host read-only, /run
 * and /tmp empty, a user id that nobody else has, no new privileges, no other
 * processes, five seconds. It can only print variables.
 */
#pragma once

#include <stddef.h>

struct config;
struct err;

/*
 * text is the file's bytes; where names it in messages. Returns 0 or -errno.
 * Anything bash writes to its stderr is a failure, and so is an exit: half a
 * config must not count as a whole one. Needs root; -ETIMEDOUT when it is late.
 */
int evaluate_by_bash(struct config *c, const char *text, size_t len,
                     const char *where, struct err *err);
