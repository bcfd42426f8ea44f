/* SPDX-License-Identifier: MIT */
/* The words of a command as one line of printable text, and back. Pure. */
#pragma once

struct buf;
struct words;

/* Append them, parted by blanks; what would not do in a line is %XX. */
void command_print(char *const *command, struct buf *b);

/* Add the words of such a line: 0, or -EPROTO for anything else. */
int command_parse(const char *line, struct words *words);
