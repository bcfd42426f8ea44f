/* SPDX-License-Identifier: MIT */
/* Names of sub hosts: what one is, and which one was meant. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define NAME_BYTES 64 /* a name and its NUL */

/* [A-Za-z0-9][A-Za-z0-9_.-]{0,62} and none of the reserved words
 * host, published, none, all, scripts in any case. */
bool name_is_valid(const char *name);

/* Why it is not, as a clause: "a name has at most 63 bytes"; never NULL. */
const char *name_fault(const char *name);

/* Edits (insert, remove, replace, swap of neighbours) from a to b. */
size_t name_distance(const char *a, const char *b);

/* Is candidate so near to typed that it was probably meant? */
bool name_is_near(const char *typed, const char *candidate);
