/* SPDX-License-Identifier: MIT */
/* Allocation that cannot fail: out of memory aborts. Bound sizes first. */
#pragma once

#include <stddef.h>

void *mem_new0(size_t size) __attribute__((malloc, returns_nonnull));

/* A copy of text, the caller's to free. */
char *mem_copy(const char *text) __attribute__((malloc, returns_nonnull));

/* Make room for count elements of size each; what was there stays. */
void *mem_resize(void *p, size_t count, size_t size)
	__attribute__((returns_nonnull));
