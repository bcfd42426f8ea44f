/* SPDX-License-Identifier: MIT */

#include "sys/older.h"

#include <stdlib.h>
#include <string.h>

bool older_kernel(void)
{
	const char *wish = getenv("SUBHOST_OLDER_KERNEL");

	return wish && !strcmp(wish, "1");
}
