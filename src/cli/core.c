/* SPDX-License-Identifier: MIT */
/* The table of subhost itself. */
#include <stddef.h>

#include "cli/verb.h"

#define V(name, usage, help) {#name, usage, help, verb_##name, false},
#define W(name, usage, help) {#name, usage, help, NULL, true},
const struct verb verbs[] = {CORE_VERBS(V) MORE_VERBS(W){NULL}};
