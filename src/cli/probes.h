/* SPDX-License-Identifier: MIT */
/*
 * What the kernel and the host can do: one row a feature, each really tried,
 * nothing changed on the host. (Trying may have the kernel load a module, as a
 * start would.) A try returns what it found, or -errno: it is not there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct places;

enum finding {
	FOUND,         /* it is there */
	FOUND_OLD,     /* a controller: of cgroups of version 1 */
	FOUND_UNIFIED, /* of version 2 */
	NOT_TRIED,     /* there is nothing here to try it with */
};

enum probe_traits {
	NEEDED = 1,   /* by every start */
	IN_CHILD = 2, /* it changes the process that tries */
	NEWER = 4,    /* than Linux 6.1: see sys/older */
};

struct probe {
	const char *feature;
	const char *purpose;   /* what it is for */
	const char *otherwise; /* what is done, or not to be had, without */
	int (*try)(const struct probe *p, const struct places *places);
	const char *arg;
	unsigned traits;
};

/* The table, ended by a NULL feature. */
extern const struct probe probes[];

/* Try one: an enum finding or -errno; -EOPNOTSUPP also when
 * SUBHOST_OLDER_KERNEL says to do without. */
int probe_try(const struct probe *p, const struct places *places);

typedef int probe_fn(const struct probe *p, const struct places *places);

/* cli/probes_kernel */
probe_fn probe_openat2;
probe_fn probe_mounts;
probe_fn probe_setattr;
probe_fn probe_clone3;
probe_fn probe_into_cgroup;
probe_fn probe_pidfd;
probe_fn probe_close_range;
probe_fn probe_users;     /* IN_CHILD */
probe_fn probe_namespace; /* IN_CHILD; arg: mnt, pid, net, uts, ipc, cgroup */
probe_fn probe_seccomp;   /* IN_CHILD */
probe_fn probe_keyring;   /* IN_CHILD */
probe_fn probe_mount_ids;
probe_fn probe_descriptors;
probe_fn probe_filesystem; /* arg: its type */
probe_fn probe_idmap;      /* arg: the type; NULL: that of $SUBHOST */

/* cli/probes_host */
probe_fn probe_unified;
probe_fn probe_controller;  /* arg: its name, and that of version 1 after a / */
probe_fn probe_cgroup_file; /* arg: its name */
probe_fn probe_device_bpf;
probe_fn probe_veth;   /* IN_CHILD */
probe_fn probe_bridge; /* IN_CHILD */
probe_fn probe_nat;    /* IN_CHILD */
probe_fn probe_loop;
probe_fn probe_limits;
probe_fn probe_program; /* arg: a path, or one of ours */
