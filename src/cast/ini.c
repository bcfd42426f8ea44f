/* SPDX-License-Identifier: MIT */

#include "cast/ini.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "cast/casts.h"
#include "cast/ini_line.h"

struct reading {
	struct ini_lines lines;
	struct casts casts;
	size_t n_granted; /* offers that givers' keys say */
	int number;       /* of the line that is looked at */
	struct buf reason;
};

static int check_sections(struct reading *r)
{
	AUTO(mem)
	const char **names = mem_new0((r->lines.n + 1) * sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < r->lines.n; i++) {
		const struct ini_line *line = &r->lines.v[i];

		if (line->kind != INI_SECTION)
			continue;
		for (size_t j = 0; j < n; j++)
			if (!strcmp(names[j], line->section)) {
				r->number = line->number;
				buf_printf(&r->reason,
				           "there is another section [%s]",
				           line->section);
				return -EINVAL;
			}
		names[n++] = line->section;
	}
	return 0;
}

static int check_key(struct reading *r, size_t at)
{
	const struct ini_line *line = &r->lines.v[at];

	r->number = line->number;
	while (at-- > 0 && r->lines.v[at].kind != INI_SECTION) {
		const struct ini_line *other = &r->lines.v[at];

		if (other->kind != INI_ENTRY || other->list != line->list ||
		    strcmp(other->key, line->key) != 0)
			continue;
		buf_printf(&r->reason, "line %d has the same key",
		           other->number);
		return -EINVAL;
	}
	return 0;
}

static void add_item(struct casts *c, const struct ini_line *line,
                     const struct ini_item *item)
{
	switch (line->list) {
	case INI_CASTS:
		casts_add_offer(c, &(struct offer){.giver = line->section,
		                                   .path = line->key,
		                                   .receiver = item->peer,
		                                   .target = item->path,
		                                   .mode = item->mode});
		return;
	case INI_PUBLISHED:
		casts_add_offer(c, &(struct offer){.giver = line->key,
		                                   .path = item->path,
		                                   .mode = item->mode});
		return;
	case INI_ACCEPTED:
		casts_add_acceptance(
			c, &(struct acceptance){.receiver = line->section,
		                                .giver = item->peer,
		                                .path = item->from,
		                                .target = item->path,
		                                .mode = item->mode});
		return;
	case INI_BLOCKED:
		casts_add_block(c, &(struct block){.receiver = line->section,
		                                   .peer = item->peer,
		                                   .path = item->path});
		return;
	case INI_OFFERED:
		break;
	}
	casts_add_offer(c, &(struct offer){.giver = item->peer,
	                                   .path = item->from,
	                                   .receiver = line->section,
	                                   .target = item->path,
	                                   .mode = item->mode});
}

/* Does a giver's key say that item of _offered? An item that leaves its
 * source out never adds to what the giver says of that target. */
static bool is_granted(const struct reading *r, const char *receiver,
                       const struct ini_item *item)
{
	for (size_t i = 0; i < r->n_granted; i++) {
		const struct offer *o = &r->casts.offers[i];

		if (o->receiver && !strcmp(o->target, item->path) &&
		    !strcmp(o->giver, item->peer) &&
		    !strcmp(o->receiver, receiver) &&
		    (item->is_implied || !strcmp(o->path, item->from)))
			return true;
	}
	return false;
}

static int read_entry(struct reading *r, const struct ini_line *line)
{
	AUTO(ini_items) struct ini_items items = {0};
	int result;

	r->number = line->number;
	result = ini_items_read(line, &items, &r->reason);
	for (size_t i = 0; !result && i < items.n; i++)
		if (line->list != INI_OFFERED ||
		    !is_granted(r, line->section, &items.v[i]))
			add_item(&r->casts, line, &items.v[i]);
	return result;
}

/* Those of _offered come last: they are compared with all others. */
static int read_entries(struct reading *r, bool is_offered)
{
	int result = 0;

	for (size_t i = 0; !result && i < r->lines.n; i++) {
		const struct ini_line *line = &r->lines.v[i];

		if (line->kind == INI_ENTRY &&
		    (line->list == INI_OFFERED) == is_offered)
			result = read_entry(r, line);
	}
	return result;
}

static int read_all(struct reading *r, const char *text, size_t len)
{
	int result =
		ini_lines_read(text, len, &r->lines, &r->number, &r->reason);

	if (!result)
		result = check_sections(r);
	for (size_t i = 0; !result && i < r->lines.n; i++)
		if (r->lines.v[i].kind == INI_ENTRY)
			result = check_key(r, i);
	if (!result)
		result = read_entries(r, false);
	r->n_granted = r->casts.n_offers;
	return result ? result : read_entries(r, true);
}

int ini_parse(const char *text, size_t len, const char *where,
              struct casts *ret_casts, struct err *err)
{
	struct reading r = {0};
	int result = read_all(&r, text, len);

	if (result < 0) {
		err_say(err, result, "%s:%d: %s", where, r.number,
		        buf_text(&r.reason));
		casts_done(&r.casts);
	} else {
		*ret_casts = r.casts;
	}
	ini_lines_done(&r.lines);
	buf_done(&r.reason);
	return result;
}
