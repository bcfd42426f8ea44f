/* SPDX-License-Identifier: MIT */
/* The table of subhost-more. */
#include <stddef.h>

#include "cli/verb.h"

#define V(name, usage, help) {#name, usage, help, verb_##name, false},
const struct verb verbs[] = {MORE_VERBS(V){NULL}};
