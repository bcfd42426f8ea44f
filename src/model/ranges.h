/* SPDX-License-Identifier: MIT */
/*
 * Id ranges: which one each isolated sub host has, as text of lines
 * "NAME BASE". Pure.
 */
#pragma once

#include <stdint.h>

struct buf;

#define RANGES_IDS 65536u /* ids in each range */
#define RANGES_UID_BASE                                                        \
	524288u /* the shared range, where nothing else is said */

/*
 * The base of name in text, or the one above all that are taken,
 * whose line is then appended to added. 0, or -EINVAL for text that is not
 * ours or -ENOSPC when there is no range left.
 */
int ranges_find(const char *text, const char *name, uint32_t uid_base,
                uint32_t *ret_base, struct buf *added);

/* Append text with old's line being new's from now on, instead of one that new
 * had; with new NULL it is left out. */
void ranges_move(const char *text, const char *old, const char *new,
                 struct buf *b);
