/* SPDX-License-Identifier: MIT */
/* There is one daemon for each SUBHOST_RUN: it holds the lock of the file
 * .subhostd there, which says its pid and keeps SUBHOST_RUN in being. */
#pragma once

struct err;
struct places;

/* Be it, for as long as *ret_fd is open; -EBUSY names the one that is. */
int instance_begin(const struct places *places, int *ret_fd, struct err *err);

/* The file goes, and SUBHOST_RUN with it if nobody is up. */
void instance_end(const struct places *places, int *fd);
