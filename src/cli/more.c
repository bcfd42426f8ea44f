/* SPDX-License-Identifier: MIT */
/* The table of subhost-more. */
#include <stddef.h>

#include "cli/verb.h"

#define HERE(name, usage, help) {#name, usage, help, NULL, verb_##name},

const struct verb verbs[] = {MORE_VERBS(HERE){NULL}};
