/* SPDX-License-Identifier: MIT */
/* A program in memory that nobody can change, not even who runs it as root
 * (CVE-2019-5736). */
#pragma once

#include <stddef.h>

/* A sealed memfd holding len bytes: a descriptor or -errno. */
int sealed_make(const char *name, const void *bytes, size_t len);
