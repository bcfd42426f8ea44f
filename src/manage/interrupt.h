/* SPDX-License-Identifier: MIT */
/* A wish that we stop (SIGINT, SIGTERM, SIGHUP): noted, so that what was made
 * by then is removed before we end. */
#pragma once

struct err;

/* Note them from now on; one that is ignored stays so. */
void interrupt_watch(void);

/* 0, or -EINTR with the error that says so. */
int interrupt_check(struct err *err);
