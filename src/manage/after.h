/* SPDX-License-Identifier: MIT */
/* Whose AFTER names a sub host that goes by that name no longer. */
#pragma once

struct buf;
struct places;

/* Note them, a line each. new is old's name now; NULL: it is gone. */
void after_tell(const struct places *places, const char *old, const char *new,
                struct buf *notes);
