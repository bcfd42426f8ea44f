/* SPDX-License-Identifier: MIT */
/* The config of a new sub host: every variable there is, with its default as a
 * comment, or the value that was chosen. Pure. */
#pragma once

#include <stddef.h>

struct buf;
struct err;

struct config_choice {
	const char *base;           /* NULL: none */
	const char *const *bridges; /* n of them */
	size_t n_bridges;
};

/* Append the text: 0; or -EINVAL when a choice is none that config allows. */
int config_text(const struct config_choice *choice, struct buf *b,
                struct err *err);
