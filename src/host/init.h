/* SPDX-License-Identifier: MIT */
/* The last phase of a start: init, and its undo: asked to end, or killed. */
#pragma once

struct err;
struct life;

/* Run init; its pid is written down before it can do anything. */
int init_start(struct life *l, struct err *err);

/* Ask init to end by its signal, if it would hear that; then make it. All its
 * processes are gone afterwards. */
int init_end(struct life *l, struct err *err);
