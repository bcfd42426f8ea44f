/* SPDX-License-Identifier: MIT */
/*
 * The way of older kernels, on any: SUBHOST_OLDER_KERNEL=1 in the environment
 * makes everything that is newer than Linux 6.1 look absent, so that each
 * fallback can be tried where it would not be needed.
 */
#pragma once

#include <stdbool.h>

bool older_kernel(void);
