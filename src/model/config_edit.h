/* SPDX-License-Identifier: MIT */
/* Changing one assignment in the text of a config file. Pure. */
#pragma once

struct buf;
struct err;

struct config_change {
	const char *text; /* which config_parse() can read */
	const char *name, *value;
	const char *where; /* the file, for messages */
};

/*
 * Append the changed text to b: where name is set, that assignment is
 * replaced, else a line is added; all else stays byte by byte. -EINVAL with
 * "WHERE:LINE: …" where it is set more than once, or in a way that cannot be
 * replaced so.
 */
int config_edit(const struct config_change *change, struct buf *b,
                struct err *err);
