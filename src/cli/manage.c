/* SPDX-License-Identifier: MIT */
/* The table of subhost-manage. */
#include <stddef.h>

#include "cli/verb.h"

#define HERE(name, usage, help) {#name, usage, help, NULL, verb_##name},

const struct verb verbs[] = {MANAGE_VERBS(HERE){NULL}};
