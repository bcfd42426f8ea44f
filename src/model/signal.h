/* SPDX-License-Identifier: MIT */
/* Signals by the names an administrator writes. Pure. */
#pragma once

struct buf;

/* The number of "TERM", "SIGTERM", "RTMIN+3", "RTMAX-1" or "15", in any case;
 * 0 when it is none. RTMIN is glibc's 34, which is what guests mean by it,
 * whatever libc this program has. */
int signal_number(const char *text);

/* Add its name with SIG. */
void signal_print(struct buf *b, int number);
