/* SPDX-License-Identifier: MIT */
/* The programs of ours that need the system's libraries, and so are not part
 * of subhost itself, and subhost for those: where they are. */
#pragma once

#include <stddef.h>

/*
 * The path of such a program, or of "subhost": beside our own executable (a
 * build directory) if there is one of root's or of our executable's owner, else
 * where it is installed, whether there or not. 0 or -ENAMETOOLONG.
 */
int libexec_path(const char *program, char *ret_path, size_t size);
