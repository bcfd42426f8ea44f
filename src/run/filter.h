/* SPDX-License-Identifier: MIT */
/* The seccomp program that a value of SECCOMP stands for. */
#pragma once

#include <stddef.h>

struct err;

struct filter {
	const void *code; /* struct sock_filter, one after the other */
	size_t n;         /* how many; 0: no filter */
	void *owned;      /* code, unless it is a part of subhost */
};

void filter_done(struct filter *f);

/*
 * default, strict, off, or the path of a profile, which subhost-filter
 * compiles, for 10 s at most. Needs descriptors 0 to 2 to be open. 0 or -errno
 * and the error.
 */
int filter_find(const char *seccomp, struct filter *f, struct err *err);

static inline void filter_auto(struct filter *f)
{
	filter_done(f);
}
