/* SPDX-License-Identifier: MIT */
/* Locks that leave nothing behind and end with their holder: flock(2) of what
 * is there anyway, and belongs to what is locked. */
#pragma once

struct err;

/* Wait for the lock of what fd has open, at most that many seconds; the error
 * calls it name, and tells who holds it. */
int lock_take(int fd, const char *name, unsigned seconds, struct err *err);
