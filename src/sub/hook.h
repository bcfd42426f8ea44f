/* SPDX-License-Identifier: MIT */
/* PRE_START and POST_STOP: programs of the host's administrator. */
#pragma once

struct err;
struct sub;

/*
 * Run program, an absolute path, without a shell and wait for it; it knows the
 * sub host by SUBHOST_NAME and SUBHOST_LIVE in its environment. A status other
 * than 0 is a failure; variable names the hook in the error.
 */
int hook_run(const struct sub *s, const char *program, const char *variable,
             struct err *err);
