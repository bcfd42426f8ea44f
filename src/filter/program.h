/* SPDX-License-Identifier: MIT */
/*
 * A seccomp program being made: libseccomp's, with a head of our own for what
 * libseccomp cannot say. From struct err on, one sentence.
 */
#pragma once

#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>

struct err;

struct program {
	scmp_filter_ctx rules;
	uint32_t otherwise; /* the action for what no rule names */
	unsigned newest;    /* numbers above fail with ENOSYS; 0: no such */
	bool guards_tty;    /* no ioctl puts keys into a terminal */
};

/* Begin; what a foreign architecture asks for ends the process. */
int program_init(struct program *p, uint32_t otherwise, struct err *err);
void program_done(struct program *p);

/* A call's number here; -ENOENT: no such name, -ENOTSUP: elsewhere only. */
int program_number(const char *name);

/* One more rule: action, for calls of that number whose n arguments compare
 * so. The action that is anyway taken needs none. */
int program_add(struct program *p, uint32_t action, int number,
                const struct scmp_arg_cmp *args, unsigned n);

/* Write it to a descriptor: struct sock_filter after struct sock_filter. */
int program_write(const struct program *p, int fd, struct err *err);

static inline void program_auto(struct program *p)
{
	program_done(p);
}
