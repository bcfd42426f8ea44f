/* SPDX-License-Identifier: MIT */
/* %XX: how casts.ini, messages, replies and pages write the bytes of a path
 * that mean something else there: , : ( ) = # ; % blanks, controls, and what
 * is not ASCII. Pure. */
#pragma once

#include <stddef.h>

struct buf;

/* Append text so written. */
void percent_encode(struct buf *b, const char *text);

/* How many bytes that would be. */
size_t percent_length(const char *text);

/* Why percent_decode() refuses, as a clause. */
#define PERCENT_FAULT                                                          \
	"a path has blanks, controls, non-ASCII and ,:()=#;% written as %XX"

/* The way back: the bytes, the caller's to free; NULL for a %XX that is none,
 * or is %00, and for a byte that should have been written so. */
char *percent_decode(const char *text, size_t len);
