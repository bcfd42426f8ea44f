/* SPDX-License-Identifier: MIT */
/*
 * The text of a config file, read natively: assignments, quotes, ${VAR}, +=,
 * arrays, comments, line continuation. Pure: what the variables mean is
 * model/declaration's business, and running bash is sub/evaluate's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/words.h"

struct err;

#define CONFIG_MAX 65536 /* bytes of a config file, and of bash's answer */

struct variable {
	char *name;
	struct words values; /* exactly one unless is_array */
	bool is_array;
	int line; /* of the last assignment; 0 when bash told us */
};

struct config {
	struct variable *v;
	size_t n;
	bool by_bash; /* which way was taken */
};

void config_done(struct config *c);

/*
 * Read len bytes of text into c (which is empty before). where names the file
 * in messages: "WHERE:LINE: …". Returns 0; -EINVAL for what bash would call an
 * error too; -EOPNOTSUPP for the first thing that only bash can evaluate
 * (err says which and where). c is empty after a failure.
 */
int config_parse(struct config *c, const char *text, size_t len,
                 const char *where, struct err *err);

/*
 * Read what our bash script prints (sub/evaluate): for each variable
 * NAME NUL COUNT NUL value NUL…, COUNT being "-" for a plain one. -EINVAL
 * when it is anything else.
 */
int config_parse_printed(struct config *c, const char *bytes, size_t len,
                         struct err *err);

/* The variable of that name, or NULL. */
const struct variable *config_get(const struct config *c, const char *name);

/* Give a variable another value, or its first; as if no line had set it. */
void config_set(struct config *c, const char *name, const char *value);

static inline void config_auto(struct config *c)
{
	config_done(c);
}
