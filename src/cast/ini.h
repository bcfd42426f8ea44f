/* SPDX-License-Identifier: MIT */
/*
 * casts.ini: its text, read and rewritten. Pure.
 *
 * In [PEER], a key that is a path lists what PEER casts: RECEIVER:TARGET[(ro)].
 * _accepted, _blocked, _offered are PEER's state as receiver; [published] lists
 * what peers give to all. See casts.ini(5).
 */
#pragma once

#include <stddef.h>

struct buf;
struct casts;
struct err;

/* Read it into ret_casts, which is {0}. 0, or -EINVAL with "WHERE:LINE: …"
 * and nothing read. An item of _offered that no giver's key has becomes an
 * offer whose path is its target. */
int ini_parse(const char *text, size_t len, const char *where,
              struct casts *ret_casts, struct err *err);

/*
 * Append text, which ini_parse() has accepted, as it has to be to say what now
 * says. Lines that say the same already stay as they are, byte for byte:
 * comments, order, blanks, sections that are nobody's; so a text that says it
 * all comes out unchanged. What ini_parse() reads out of it equals now.
 */
void ini_rewrite(const char *text, size_t len, const struct casts *now,
                 struct buf *b);

/*
 * Append text, which ini_parse() has accepted, with the section of old, and its
 * key in [published], being new's; where new has such ones, or is NULL, they
 * are left out with the comments among them. What other lines say of old stays:
 * ini_rewrite() is to follow, with casts that have it renamed or forgotten.
 */
void ini_rename(const char *text, size_t len, const char *old, const char *new,
                struct buf *b);
