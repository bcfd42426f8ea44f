/* SPDX-License-Identifier: MIT */
/*
 * Verbs of the administrator's own: a program SUBHOST_ETC/handlers/VERB, beside
 * a guests' tool SUBHOST_SYSCMD/scripts/VERB. It is run without a shell as
 * HANDLER_USER; what it says is the answer.
 */
#pragma once

#include <stdbool.h>

#include "daemon/broker.h"

struct places;

/* Are both there? */
bool handler_exists(const struct places *places, const char *verb);

/* Run it with the words of the line, once it is its turn: one for each guest,
 * and not too many in all. */
enum answer handler_answer(struct daemon *d, struct job *j,
                           const struct words *line);
