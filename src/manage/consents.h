/* SPDX-License-Identifier: MIT */
/* casts.ini, where a sub host comes to an end or gets another name. SUBHOST_RUN
 * is held. */
#pragma once

struct buf;
struct err;
struct places;

/* May old get the name new? Not while casts.ini cannot be read, nor when it
 * grants something to a new that is not there yet. */
int consents_check(const struct places *places, const char *old,
                   const char *new, struct err *err);

/*
 * All that names old names new; nothing names it any more with new NULL. Those
 * who shared with it are tended: whatever cannot be done there is noted. Doing
 * it again changes nothing.
 */
int consents_move(const struct places *places, const char *old, const char *new,
                  struct buf *notes, struct err *err);

/* Note it if casts.ini names a sub host that is only now made. */
void consents_tell(const struct places *places, const char *name,
                   struct buf *notes);
