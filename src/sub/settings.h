/* SPDX-License-Identifier: MIT */
/* What SUBHOST_ETC/vzdaemon.conf says. */
#pragma once

#include "model/vzdaemon.h"

struct err;
struct places;

/* Read it into ret, which is {0}; a missing one says what is usual. 0, or
 * negative with ret left alone. */
int settings_read(const struct places *places, struct vzdaemon *ret,
                  struct err *err);
