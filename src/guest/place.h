/* SPDX-License-Identifier: MIT */
/* A path as somebody typed it, made one that the host takes. */
#pragma once

/* The caller's to free; nothing is looked up, so that ".." takes away what
 * stands before it, symlink or not. A relative path begins in the current
 * directory: NULL and errno when that cannot be told. */
char *place_absolute(const char *path);

/* The same within "PEER:/PATH"; another word comes out as it is. */
char *place_of_peer(const char *word);
