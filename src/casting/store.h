/* SPDX-License-Identifier: MIT */
/*
 * casts.ini on disk: read when it has changed, replaced whole, under the lock
 * of SUBHOST_RUN/.casts. The last text that could be read stays beside it for
 * as long as the one in SUBHOST_ETC cannot.
 */
#pragma once

#include <stdbool.h>

struct buf;
struct casting;
struct casts;
struct err;
struct places;

#define STORE_FILE "casts.ini"
#define STORE_MAX  (64 << 20)

/* While consent changes a file says so: whoever finds it under the lock has to
 * put right what somebody who was killed had begun. */
void store_note_begun(const struct casting *c);
void store_note_done(const struct casting *c);
bool store_was_begun(const struct casting *c);

/* It is put right; what that one had not written out is removed. */
void store_abandon(const struct casting *c);

/* Take the lock: SUBHOST_RUN is there and held. */
int store_lock(struct casting *c, unsigned seconds, struct err *err);

/* Read the file, unless it is the one that c has. A fault of it is in c->fault
 * then, and no failure. */
int store_read(struct casting *c, struct err *err);

bool store_exists(const struct places *places);

/* Have c say again what was read: the text is there. */
void store_revert(struct casting *c);

/* Does casts.ini mention that name at all? Cheap: nothing is parsed. True also
 * where it is not known. */
bool store_mentions(const struct places *places, const char *name);

/*
 * Make the file say what now says. 1 when somebody has edited it since it was
 * read: read it again, and decide again. 0, or negative with nothing changed.
 */
int store_write(struct casting *c, const struct casts *now, struct err *err);

/* Where that failed, or the file cannot be read: make it so all the same until
 * the file is another one, or the host reboots. */
int store_keep_pending(struct casting *c, const struct casts *now,
                       struct err *err);

/* The same with the whole text, for more than what ini_rewrite() does. text is
 * taken: it is c's then. */
int store_write_text(struct casting *c, struct buf *text, struct err *err);
