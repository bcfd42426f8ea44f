/* SPDX-License-Identifier: MIT */
/* top on a terminal, until its user has enough. */
#pragma once

struct err;
struct places;

/*
 * Show what is up, anew every so many seconds. 0; the number of the signal that
 * ended it (the terminal is as it was then); or negative.
 */
int top_screen(const struct places *places, int seconds, struct err *err);
