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

/*
 * The words to execute for a command (none: a shell). With the reaper, it runs
 * it; else takes_place says whether our own small program takes our place
 * first. That is for those whose root is the host's: a script whose
 * interpreter is /proc/self/exe would have subhost itself run inside, where
 * they could write to it (CVE-2019-5736). It is sealed, and nobody can.
 */
void init_command(char *const *command, bool reaper, bool takes_place,
                  struct words *argv);

/* What to know a seccomp filter again by; 0: no profile of the user's. */
uint64_t init_filter_hash(const struct filter *f);

/* Ask init to end by its signal, if it would hear that; then make it. All its
 * processes are gone afterwards. */
int init_end(struct life *l, struct err *err);
