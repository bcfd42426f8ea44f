/* SPDX-License-Identifier: MIT */
/*
 * A value of casts.ini: items parted by commas, each [PEER:]PATH[ from PATH]
 * and options in parentheses, or the keyword None.
 */
#include "cast/ini_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/mem.h"
#include "cast/casts.h"
#include "cast/percent.h"
#include "model/name.h"

#define BLANKS " \t"

static void item_done(struct ini_item *item)
{
	free(item->peer);
	free(item->path);
	free(item->from);
}

static void item_auto(struct ini_item *item)
{
	item_done(item);
}

void ini_items_done(struct ini_items *items)
{
	for (size_t i = 0; i < items->n; i++)
		item_done(&items->v[i]);
	free(items->v);
	*items = (struct ini_items){0};
}

/* Room for one more, which the caller fills. */
static struct ini_item *add_room(struct ini_items *items)
{
	size_t n = items->n;

	if (!(n & (n - 1)))
		items->v =
			mem_resize(items->v, n ? 2 * n : 1, sizeof(*items->v));
	items->n++;
	return &items->v[n];
}

static char *copy(const char *text)
{
	return text ? mem_copy(text) : NULL;
}

void ini_items_add(struct ini_items *items, const struct ini_item *item)
{
	*add_room(items) = (struct ini_item){.peer = copy(item->peer),
	                                     .path = copy(item->path),
	                                     .from = copy(item->from),
	                                     .mode = item->mode};
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool names_same(const struct ini_item *a, const struct ini_item *b)
{
	return is_same(a->path, b->path) && is_same(a->peer, b->peer) &&
	       is_same(a->from, b->from);
}

static bool has(const struct ini_items *items, const struct ini_item *item)
{
	for (size_t i = 0; i < items->n; i++)
		if (names_same(&items->v[i], item) &&
		    items->v[i].mode == item->mode)
			return true;
	return false;
}

bool ini_items_equal(enum ini_list list, const struct ini_items *a,
                     const struct ini_items *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct ini_items at = {.v = &b->v[i], .n = 1};

		/* Mostly they stand in the same order; for some lists that
		 * counts. */
		if (!has(&at, &a->v[i]) &&
		    (list == INI_ACCEPTED || !has(b, &a->v[i])))
			return false;
	}
	return true;
}

/* --- printing --- */

static void print_mode(unsigned mode, struct buf *b)
{
	if (mode)
		buf_printf(b, "(%s%s%s)", mode & CAST_RO ? "ro" : "",
		           mode == (CAST_RO | CAST_NOEXEC) ? "," : "",
		           mode & CAST_NOEXEC ? "noexec" : "");
}

static void print_item(const struct ini_item *item, struct buf *b)
{
	if (!item->peer && !item->path)
		buf_puts(b, "All");
	if (item->peer)
		buf_puts(b, item->peer);
	if (item->peer && item->path)
		buf_putc(b, ':');
	if (item->path)
		percent_encode(b, item->path);
	if (item->from && !is_same(item->from, item->path)) {
		buf_puts(b, " from ");
		percent_encode(b, item->from);
	}
	print_mode(item->mode, b);
}

void ini_items_print(const struct ini_items *items, struct buf *b)
{
	if (!items->n)
		buf_puts(b, "None");
	for (size_t i = 0; i < items->n; i++) {
		if (i)
			buf_puts(b, ", ");
		print_item(&items->v[i], b);
	}
}

/* --- reading --- */

static int read_peer(const char *word, char **ret_peer, struct buf *reason)
{
	if (!strcasecmp(word, "All"))
		return ini_fail(reason, "only _blocked can be for all", word);
	*ret_peer = ini_peer_read(word);
	return *ret_peer ? 0 : ini_fail(reason, name_fault(word), word);
}

static int read_option(const char *word, unsigned *mode, bool *is_rw,
                       struct buf *reason)
{
	if (!strcasecmp(word, "ro"))
		*mode |= CAST_RO;
	else if (!strcasecmp(word, "noexec"))
		*mode |= CAST_NOEXEC;
	else if (!strcasecmp(word, "rw"))
		*is_rw = true;
	else
		return ini_fail(reason, "options are ro, rw and noexec", word);
	return *is_rw && *mode & CAST_RO
	               ? ini_fail(reason, "it is either ro or rw", word)
	               : 0;
}

/* Cut the blanks round text off. */
static char *trim(char *text)
{
	char *end;

	text += strspn(text, BLANKS);
	for (end = text + strlen(text); end > text && strchr(BLANKS, end[-1]);
	     end--)
		;
	*end = '\0';
	return text;
}

/* Cut "(ro,noexec)" off text. */
static int read_options(char *text, unsigned *ret_mode, struct buf *reason)
{
	char *options = strchr(text, '('), *option;
	size_t len = strlen(text);
	unsigned mode = 0;
	bool is_rw = false;
	int r = 0;

	*ret_mode = 0;
	if (!options)
		return 0;
	if (text[len - 1] != ')')
		return ini_fail(reason, "options end with )", text);
	text[len - 1] = '\0';
	*options++ = '\0';
	while (!r && (option = strsep(&options, ",")))
		r = read_option(trim(option), &mode, &is_rw, reason);
	*ret_mode = mode;
	return r;
}

/* Cut " from PATH" off text. */
static int read_from(char *text, struct ini_item *item, struct buf *reason)
{
	char *word = strpbrk(text, BLANKS);

	if (!word)
		return 0;
	*word++ = '\0';
	word = trim(word);
	if (strncasecmp(word, "from", 4) || !word[4] ||
	    !strchr(BLANKS, word[4]))
		return ini_fail(reason, "only \"from PATH\" can follow", word);
	return ini_path_read(trim(word + 4), &item->from, reason);
}

/* All, PEER, /path or PEER:/path. */
static int read_block(char *text, struct ini_item *item, struct buf *reason)
{
	char *path = strchr(text, ':');
	int r;

	if (!strcasecmp(text, "All"))
		return 0;
	if (*text == '/')
		return ini_path_read(text, &item->path, reason);
	if (path)
		*path++ = '\0';
	r = read_peer(text, &item->peer, reason);
	return r < 0 || !path ? r : ini_path_read(path, &item->path, reason);
}

static int read_peer_and_path(char *text, struct ini_item *item,
                              struct buf *reason)
{
	char *path = strchr(text, ':');
	int r;

	if (path)
		*path++ = '\0';
	r = read_peer(text, &item->peer, reason);
	if (r < 0)
		return r;
	return path ? ini_path_read(path, &item->path, reason)
	            : ini_fail(reason, "a peer's name is followed by :/PATH",
	                       text);
}

static int read_named(enum ini_list list, char *text, struct ini_item *item,
                      struct buf *reason)
{
	int r;

	switch (list) {
	case INI_BLOCKED:
		return read_block(text, item, reason);
	case INI_PUBLISHED:
		return ini_path_read(text, &item->path, reason);
	case INI_CASTS:
		r = read_peer_and_path(text, item, reason);
		return r < 0 || strcmp(item->peer, PEER_HOST)
		               ? r
		               : ini_fail(reason, "the host receives no casts",
		                          text);
	case INI_ACCEPTED:
	case INI_OFFERED:
		break;
	}
	r = read_from(text, item, reason);
	if (!r)
		r = read_peer_and_path(text, item, reason);
	if (r < 0 || item->from)
		return r;
	item->from = mem_copy(item->path);
	item->is_implied = true;
	return 0;
}

static int refuse_repeated(const struct ini_item *item, struct buf *reason)
{
	AUTO(buf) struct buf text = {0};

	print_item(item, &text);
	return ini_fail(reason, "it is listed twice", buf_text(&text));
}

static int read_item(enum ini_list list, char *text, struct ini_items *items,
                     struct buf *reason)
{
	AUTO(item) struct ini_item item = {0};
	int r;

	if (list == INI_BLOCKED && strchr(text, '('))
		return ini_fail(reason, "a block has no options", text);
	r = read_options(text, &item.mode, reason);
	if (r < 0)
		return r;
	text = trim(text);
	if (!*text)
		return ini_fail(reason, "an item is missing", text);
	r = read_named(list, text, &item, reason);
	if (r < 0)
		return r;
	item.hash = casts_hash(item.path ? item.path : "", item.peer);
	for (size_t i = 0; i < items->n; i++)
		if (items->v[i].hash == item.hash &&
		    names_same(&items->v[i], &item))
			return refuse_repeated(&item, reason);
	*add_room(items) = item;
	item = (struct ini_item){0};
	return 0;
}

/* Take what stands before the next comma off *text; not within (…). */
static char *next_item(char **text)
{
	char *item = *text, *p = item;

	for (bool within = false; *p && (within || *p != ','); p++) {
		if (*p == '(')
			within = true;
		else if (*p == ')')
			within = false;
	}
	*text = *p ? p + 1 : NULL;
	*p = '\0';
	return trim(item);
}

int ini_items_read(const struct ini_line *entry, struct ini_items *ret,
                   struct buf *reason)
{
	AUTO(ini_items) struct ini_items items = {0};
	AUTO(mem) char *value = ini_line_value(entry);
	char *rest = trim(value);

	if (!*rest || !strcasecmp(rest, "None"))
		return 0;
	while (rest) {
		int r = read_item(entry->list, next_item(&rest), &items,
		                  reason);

		if (r < 0)
			return r;
	}
	*ret = items;
	items = (struct ini_items){0};
	return 0;
}
