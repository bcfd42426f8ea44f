/* SPDX-License-Identifier: MIT */
/* A sub host's config file: opened, checked, read into a declaration. */
#pragma once

#include "model/config.h"
#include "model/declaration.h"

struct buf;
struct err;
struct sub;

struct declared {
	struct config config;
	struct declaration declaration;
};

void declared_done(struct declared *d);

/* The file must be root's and nobody else's to write. Warnings, one line each,
 * are appended. */
int declare(struct declared *d, const struct sub *s, struct buf *warnings,
            struct err *err);

/* The file's text with variables set in it, settings being NAME=VALUE each; all
 * else in it stays as it is. */
int declare_edit(const struct sub *s, const struct words *settings,
                 struct buf *text, struct err *err);

/* Make that the file's. */
int declare_store(const struct sub *s, const struct buf *text, struct err *err);

/* What of it only takes effect after a stop, as one line of text. */
void declare_kept(const struct declaration *d, struct buf *b);

static inline void declared_auto(struct declared *d)
{
	declared_done(d);
}
