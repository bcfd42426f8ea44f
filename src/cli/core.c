/* SPDX-License-Identifier: MIT */
/* The table of subhost itself: its own verbs, and who has the others. */
#include <stddef.h>

#include "cli/verb.h"

#define HERE(name, usage, help)   {#name, usage, help, NULL, verb_##name},
#define MORE(name, usage, help)   {#name, usage, help, "subhost-more", NULL},
#define NET(name, usage, help)    {#name, usage, help, "subhost-net", NULL},
#define TOP(name, usage, help)    {#name, usage, help, "subhost-top", NULL},
#define MANAGE(name, usage, help) {#name, usage, help, "subhost-manage", NULL},

const struct verb verbs[] = {CORE_VERBS(HERE) MORE_VERBS(MORE) NET_VERBS(NET)
                                     TOP_VERBS(TOP) MANAGE_VERBS(MANAGE){NULL}};
