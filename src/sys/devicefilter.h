/* SPDX-License-Identifier: MIT */
/* Which devices the processes of a cgroup (v2) may open and make: a BPF
 * program of the kernel's cgroup-device kind, Linux 4.15. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct device_rule {
	bool is_block;
	int major, minor; /* minor < 0: any */
	bool read, write, make;
};

/* Allow what one of the rules allows and nothing else, in that cgroup and
 * below, in place of what there was; one below may replace it by its own. 0
 * or -errno. */
int device_filter_attach(int cgroup_fd, const struct device_rule *rules,
                         size_t n);

/* Has that cgroup a program of its own? 1, 0 or -errno. */
int device_filter_is_there(int cgroup_fd);
