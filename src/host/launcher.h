/* SPDX-License-Identifier: MIT */
/*
 * The launcher (sys/mntns), kept at SUBHOST_RUN/launch.mnt as long as any sub
 * host is up, and SUBHOST_RUN itself, which goes with it.
 */
#pragma once

struct err;
struct sub;

/* Open it, making it if need be: *ret_fd is the caller's. */
int launcher_open(struct sub *s, int *ret_fd, struct err *err);

/* Remove launcher and SUBHOST_RUN if nobody is up any more and nobody else is
 * at work. Gives up the hold on SUBHOST_RUN. */
void launcher_leave(struct sub *s);
