/* SPDX-License-Identifier: MIT */
/*
 * A config that uses more of bash than model/config reads, evaluated by the
 * host's /bin/bash in a sandbox: no network, all of the host read-only, user
 * nobody, no new privileges, no other processes, five seconds. It can only
 * print variables.
 */
#pragma once

#include <stddef.h>

struct config;
struct err;

/* text is the file's bytes; where names it in messages. 0 or -errno. */
int evaluate_by_bash(struct config *c, const char *text, size_t len,
                     const char *where, struct err *err);
