/* SPDX-License-Identifier: MIT */
/* What a new root is filled from: --from of create. */
#pragma once

struct err;

enum source_kind { SOURCE_NONE, SOURCE_DIRECTORY, SOURCE_TAR, SOURCE_SUITE };

struct source {
	enum source_kind kind;
	char *path;   /* of a directory or tar, from the root on; owned */
	char *suite;  /* owned */
	char *mirror; /* owned; NULL: what the host's apt uses */
	int fd;       /* of a directory or tar; -1 */
};

#define SOURCE_BEGIN                                                           \
	{                                                                      \
		.fd = -1                                                       \
	}

void source_done(struct source *s);

/* Find out what text names, and whether it can be had at all. */
int source_open(struct source *s, const char *text, struct err *err);

static inline void source_auto(struct source *s)
{
	source_done(s);
}
