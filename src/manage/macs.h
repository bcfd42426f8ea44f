/* SPDX-License-Identifier: MIT */
/* The MACs that a sub host's name gives its cables. */
#pragma once

struct buf;
struct err;
struct sub;

/* Write them into its config, so that they outlive the name. Where it cannot
 * be changed so, it is noted what would keep them. */
int macs_keep(const struct sub *s, struct buf *notes, struct err *err);

/* Note which of another sub host's MACs and addresses a copy of its config
 * has. */
void macs_tell_same(const struct sub *s, struct buf *notes);
