/* SPDX-License-Identifier: MIT */
/*
 * The launcher (sys/mntns), kept at SUBHOST_RUN/launch.mnt while several sub
 * hosts are up, and SUBHOST_RUN itself, which goes with the last one.
 */
#pragma once

#include <stdbool.h>

/* Its name in SUBHOST_RUN. */
#define LAUNCHER_PIN "launch.mnt"

struct err;
struct places;
struct sub;

/*
 * Open it: *ret_fd is the caller's. The first start that finds another sub
 * host up makes it. Before, and while others are at work in SUBHOST_RUN,
 * *ret_fd is -1: the start sets out from a copy of the host's mount namespace,
 * which costs less than a launcher for one. needed: make one all the same, if
 * only for this start (MOUNTS=yes finds its way without root's powers).
 */
int launcher_open(struct sub *s, bool needed, int *ret_fd, struct err *err);

/* Remove launcher and SUBHOST_RUN if nobody is up any more and nobody else is
 * at work. Gives up the hold on SUBHOST_RUN. */
void launcher_leave(struct sub *s);
void launcher_leave_run(const struct places *places, int *run_fd);
