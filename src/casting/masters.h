/* SPDX-License-Identifier: MIT */
/* SUBHOST_SYSCMD/scripts: the masters of the guests' tools, one program under
 * all their names. What else is there is the administrator's own. */
#pragma once

struct err;
struct places;

/* Make the folder, and the masters again where they are not those of the
 * program that is installed now. */
int masters_refresh(const struct places *places, struct err *err);
