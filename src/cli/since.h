/* SPDX-License-Identifier: MIT */
/* A moment as a user writes it. */
#pragma once

#include <time.h>

#include "model/log_line.h"

struct err;

/*
 * "90s", "10m", "2h" or "1d" ago; or local time, "2026-11-21 10:00[:00]" or
 * "2026-11-21", or "10:00[:00]" of today; or UTC, as a log has it. *ret_stamp
 * is as a log has it. 0 or -EINVAL.
 */
int since_parse(const char *text, time_t now,
                char ret_stamp[static LOG_STAMP_BYTES + 1], struct err *err);
