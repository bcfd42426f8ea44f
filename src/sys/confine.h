/* SPDX-License-Identifier: MIT */
/* What a process may do: its ids, capabilities, system calls. 0 or -errno. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Act on filesystems as id (user and group), keeping every capability that is
 * permitted; 0 goes back to root. For one thread, as setfsuid(2) is.
 */
int confine_act_as(uid_t id);

/*
 * Become id in the effective ids alone, with all permitted capabilities
 * effective: what the kernel charges for from now on, it charges to id.
 */
int confine_be_charged_to(uid_t id);

/* Become uid and gid for good, without supplementary groups but those given. */
int confine_become(uid_t uid, gid_t gid, const gid_t *groups, size_t n_groups);

/*
 * Keep only the capabilities whose bit is set in kept: bounding set,
 * permitted, effective; none inheritable or ambient.
 */
int confine_capabilities(uint64_t kept);

/*
 * Filter the system calls of this thread, and of all that it begets, by a
 * program of n struct sock_filter. Needs CAP_SYS_ADMIN in its user namespace,
 * or no_new_privs.
 */
int confine_filter(const void *program, size_t n);
