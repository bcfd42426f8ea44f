/* SPDX-License-Identifier: MIT */
/* The lines of casts.ini, and the items that a line lists. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

#define INI_LINE_MAX (1 << 20)

enum ini_kind {
	INI_OTHER,   /* blank, a comment, or of a section that is nobody's */
	INI_SECTION, /* [PEER], [published] */
	INI_ENTRY,   /* KEY = VALUE in one of these */
};

/* What an entry lists. */
enum ini_list {
	INI_CASTS,     /* /path = RECEIVER:TARGET(ro), … */
	INI_ACCEPTED,  /* _accepted = GIVER:TARGET from PATH(ro), … */
	INI_BLOCKED,   /* _blocked = All, PEER, /path, PEER:/path */
	INI_OFFERED,   /* _offered, as _accepted */
	INI_PUBLISHED, /* GIVER = PATH(ro), … in [published] */
};

struct ini_line {
	const char *text; /* not owned */
	size_t len;       /* with its newline */
	int number;       /* from 1 */
	enum ini_kind kind;
	enum ini_list list; /* of an entry */
	size_t value;       /* where an entry's begins in text */
	char *section;      /* peer, or INI_PUBLIC; NULL: in none of ours */
	char *key; /* of an entry: path, giver, or "" as list says it all */
};

#define INI_PUBLIC "published"

struct ini_lines {
	struct ini_line *v;
	size_t n;
};

void ini_lines_done(struct ini_lines *lines);

/* Part text into lines: 0, or -EINVAL, the line's number and the reason.
 * Duplicates are not looked for, values not looked into. */
int ini_lines_read(const char *text, size_t len, struct ini_lines *ret,
                   int *ret_number, struct buf *reason);

/* An entry's value as it is written, without the newline; the caller's to
 * free. */
char *ini_line_value(const struct ini_line *entry);

struct ini_item {
	char *peer;    /* NULL: none */
	char *path;    /* a target; of INI_PUBLISHED what is cast */
	char *from;    /* a source's path, with INI_ACCEPTED and INI_OFFERED */
	unsigned mode; /* CAST_RO, CAST_NOEXEC */
	bool is_implied; /* from was left out: it is path */
	uint32_t hash;   /* of one that was read: of path and peer */
};

struct ini_items {
	struct ini_item *v;
	size_t n;
};

void ini_items_done(struct ini_items *items);

/* Add one; the strings are copied. */
void ini_items_add(struct ini_items *items, const struct ini_item *item);

/* A path, written %XX: 0; or -EINVAL and the reason, as what ini_fail() says:
 * what is wrong, and the word that is. */
int ini_path_read(const char *word, char **ret_path, struct buf *reason);
int ini_fail(struct buf *reason, const char *what, const char *word);

/* A peer as it is known (the caller's to free), or NULL. */
char *ini_peer_read(const char *word);

/* The items of an entry: 0, or -EINVAL and the reason. */
int ini_items_read(const struct ini_line *entry, struct ini_items *ret,
                   struct buf *reason);

/* Append them as a value; "None" where there is none. */
void ini_items_print(const struct ini_items *items, struct buf *b);

/* Do both say the same? Their order counts with INI_ACCEPTED alone. */
bool ini_items_equal(enum ini_list list, const struct ini_items *a,
                     const struct ini_items *b);

static inline void ini_lines_auto(struct ini_lines *lines)
{
	ini_lines_done(lines);
}

static inline void ini_items_auto(struct ini_items *items)
{
	ini_items_done(items);
}
