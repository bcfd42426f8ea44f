/* SPDX-License-Identifier: MIT */
/* What the daemon tells: a line an event, key=value first, to where
 * vzdaemon.conf says. */
#pragma once

#include "model/vzdaemon.h"

/* Lines go there from now on, those of that level and graver. */
void log_to(enum log_where where, enum log_level level);

/* What others chose in it has been escaped by the caller. */
void log_line(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
