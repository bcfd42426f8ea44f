/* SPDX-License-Identifier: MIT */
/* The filters of SECCOMP=default and SECCOMP=strict. */
#pragma once

struct err;
struct program;

/* Make p from nothing: 0, or -errno and the error; p is to be done anyway. */
int builtin_default(struct program *p, struct err *err);
int builtin_strict(struct program *p, struct err *err);
