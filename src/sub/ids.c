/* SPDX-License-Identifier: MIT */

#include "sub/ids.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "model/ranges.h"
#include "sub/settings.h"
#include "sub/sub.h"

#define TEXT_MAX (1 << 20)
#define RANGES   "ranges"

static int own_range(const struct sub *s, uint32_t uid_base, uint32_t *ret_base,
                     struct err *err)
{
	AUTO(buf) struct buf text = {0};
	AUTO(fd) int fd = -1;
	size_t before;
	int r = places_hold_state(s->places, &fd);

	if (!r)
		r = file_read(fd, RANGES, TEXT_MAX, &text);
	if (r < 0 && (r != -ENOENT || fd < 0))
		return err_set(err, r, "cannot read %s/" RANGES,
		               s->places->state);
	before = text.len;
	r = ranges_find(buf_text(&text), s->name, uid_base, ret_base, &text);
	if (r < 0)
		return err_set(err, r,
		               "cannot find a range of ids in %s/" RANGES,
		               s->places->state);
	if (text.len != before)
		r = file_replace(fd, RANGES, text.data);
	return r < 0 ? err_set(err, r, "cannot write %s/" RANGES,
	                       s->places->state)
	             : 0;
}

int ids_choose(const struct sub *s, enum users users, uid_t *ret_base,
               struct err *err)
{
	AUTO(vzdaemon) struct vzdaemon settings = {0};
	uint32_t base = 0;
	int r = 0;

	if (users != USERS_NO)
		r = settings_read(s->places, &settings, err);
	base = settings.uid_base;
	if (!r && users == USERS_ISOLATED)
		r = own_range(s, base, &base, err);
	if (!r)
		*ret_base = base;
	return r;
}

int ids_move(const struct places *places, const char *old, const char *new,
             struct err *err)
{
	AUTO(buf) struct buf text = {0}, moved = {0};
	AUTO(fd) int fd = -1;
	int r;

	if (access(places->state, F_OK) < 0 && errno == ENOENT)
		return 0;
	r = places_hold_state(places, &fd);
	if (!r)
		r = file_read(fd, RANGES, TEXT_MAX, &text);
	if (r == -ENOENT && fd >= 0)
		return 0;
	if (r < 0)
		return err_set(err, r, "cannot read %s/" RANGES, places->state);
	ranges_move(buf_text(&text), old, new, &moved);
	if (!strcmp(buf_text(&text), buf_text(&moved)))
		return 0;
	r = file_replace(fd, RANGES, buf_text(&moved));
	return r < 0 ? err_set(err, r, "cannot write %s/" RANGES, places->state)
	             : 0;
}
