/* SPDX-License-Identifier: MIT */
/* Another sub host like one that is there. */
#pragma once

struct buf;
struct err;
struct progress;
struct sub;

struct cloning {
	struct sub *old; /* locked; nothing runs in it */
	const char *name;
	struct progress *progress;
	struct buf *notes;
};

/* 0; or negative, and nothing of it is left. */
int clone_sub(const struct cloning *c, struct err *err);
