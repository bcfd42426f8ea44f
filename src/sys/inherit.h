/* SPDX-License-Identifier: MIT */
/*
 * What a process has from who started it, and nobody would expect in a
 * service: gone, so that it runs the same whoever starts it. What stays is
 * what an administrator can only give that way: the processors it may run on
 * and the memory it may take (taskset, numactl), and what cannot be taken back
 * (no_new_privs, filters of system calls, Landlock). 0 or -errno.
 */
#pragma once

/* The limits of resources are set. Where CAP_SYS_RESOURCE is lacking, a hard
 * one below ours stays. Also to be done before a user namespace is made: it
 * remembers some of its maker's for all that will live in it. */
int inherit_no_limits(void);

/* All of it: umask, signals, limits, priorities, personality, secure bits; for
 * real root. */
int inherit_nothing(void);
