/* SPDX-License-Identifier: MIT */

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void *mem_new0(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		abort();
	return p;
}

char *mem_copy(const char *text)
{
	char *p = strdup(text);

	if (!p)
		abort();
	return p;
}

void *mem_resize(void *p, size_t count, size_t size)
{
	void *grown = reallocarray(p, count, size);

	if (!grown)
		abort();
	return grown;
}
