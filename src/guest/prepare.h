/* SPDX-License-Identifier: MIT */
/* The targets of casts that are about to be accepted, where they are missing:
 * the host makes nothing in a guest's tree. */
#pragma once

#include "base/words.h"
#include "guest/tools.h"

/* Make what caston needs, and list in ret_made, which is {0}, what was not
 * there before. How the call ends when that failed, else TOOL_DONE. */
int prepare_targets(const struct call *c, struct words *ret_made);

/* Remove that again, as far as nobody has put something into it. */
void prepare_undo(const struct words *made);
