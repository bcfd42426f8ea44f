/* SPDX-License-Identifier: MIT */
/* The last phase of a start: init, and its undo: asked to end, or killed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct declaration;
struct err;
struct filter;
struct life;
struct words;

/* Run init; its pid is written down before it can do anything. */
int init_start(struct life *l, struct err *err);

/* The capabilities that it will keep, a bit each. */
uint64_t init_capabilities(const struct life *l);

/* The environment of what runs in it; term is TERM, NULL: no terminal. */
void init_environment(const struct declaration *d, const char *term,
                      struct words *env);

/* What to know a seccomp filter again by; 0: no profile of the user's. */
uint64_t init_filter_hash(const struct filter *f);

/* Ask init to end by its signal, if it would hear that; then make it. All its
 * processes are gone afterwards. */
int init_end(struct life *l, struct err *err);
