/* SPDX-License-Identifier: MIT */
/* What a guest drops into /.syscmd: a file named VERB or VERB.TAG, each line
 * of it a request. Pure. */
#pragma once

#include <stddef.h>

#include "base/words.h"

struct buf;
struct err;

#define MESSAGE_MAX       4096 /* bytes of a file */
#define MESSAGE_LINES_MAX 64
#define MESSAGE_NAME_MAX  128 /* bytes of a file's name, with the NUL */
#define MESSAGE_TAG_MAX   64

/* The verb that a file of that name would be: 0 with it and the tag ("" when
 * there is none), both of MESSAGE_NAME_MAX bytes; or -EINVAL for a name that
 * is none. A verb is [a-z][a-z0-9_-]{0,31}; a tag [A-Za-z0-9_.-]{1,64}. */
int message_name(const char *file, char *ret_verb, char *ret_tag);

/* One message's requests. */
struct message {
	struct words
		*lines; /* words of each; one empty list for an empty file */
	size_t n;
};

void message_done(struct message *m);

/*
 * Read the bytes of a file: lines of words parted by blanks and tabs, as they
 * are (still %XX-encoded). Empty lines among others count for nothing. 0; or
 * -EINVAL for a NUL or another control byte, -E2BIG for too many bytes or
 * lines.
 */
int message_parse(const char *bytes, size_t len, struct message *ret,
                  struct err *err);

/* Append one request line of words (none is empty), each encoded; but the ':'
 * of PEER:/PATH stays. */
void message_print(char *const *words, size_t n, struct buf *b);

static inline void message_auto(struct message *m)
{
	message_done(m);
}
