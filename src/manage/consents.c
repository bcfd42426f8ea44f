/* SPDX-License-Identifier: MIT */

#include "manage/consents.h"

#include <errno.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cast/casts.h"
#include "cast/difference.h"
#include "cast/ini.h"
#include "cast/request.h"
#include "casting/casting.h"
#include "casting/journal.h"
#include "casting/store.h"
#include "sub/place.h"

#define TRIES 16 /* of those who edit casts.ini meanwhile */

static int refuse_fault(const struct casting *c, const char *name,
                        struct err *err)
{
	if (!c->fault || !store_mentions(c->places, name))
		return 0;
	return err_say(err, -EINVAL, "%s; mend it first", c->fault);
}

int consents_check(const struct places *places, const char *old,
                   const char *new, struct err *err)
{
	AUTO(casting) struct casting c = CASTING_NONE;
	int r = casting_look(&c, places, err);

	if (!r)
		r = refuse_fault(&c, old, err);
	if (r < 0)
		return r;
	return casts_mention(&c.casts, new)
	               ? err_say(err, -EEXIST,
	                         "%s/" STORE_FILE " names %s already, which "
	                         "would get what is granted to it there; "
	                         "subhost casts edit",
	                         places->etc, new)
	               : 0;
}

void consents_tell(const struct places *places, const char *name,
                   struct buf *notes)
{
	AUTO(casting) struct casting c = CASTING_NONE;
	struct err ignored;

	if (casting_look(&c, places, &ignored) < 0 ||
	    !casts_mention(&c.casts, name))
		return;
	buf_printf(notes,
	           "%s/" STORE_FILE " names %s already: see subhost showcast "
	           "-a --as %s\n",
	           places->etc, name, name);
}

/* What casts.ini has to say; now is {0}. */
static void change(const struct casting *c, const char *old, const char *new,
                   struct casts *now, struct buf *text)
{
	AUTO(buf) struct buf renamed = {0};

	casts_copy(now, &c->casts);
	if (new)
		casts_rename(now, old, new);
	else
		casts_forget(now, old);
	ini_rename(c->text, strlen(c->text), old, new, &renamed);
	ini_rewrite(buf_text(&renamed), renamed.len, now, text);
}

/* 1: it has been edited meanwhile. */
static int attempt(struct casting *c, const char *old, const char *new,
                   struct err *err)
{
	AUTO(casts) struct casts now = {0};
	AUTO(buf) struct buf text = {0};
	AUTO(effects) struct effects effects = {0};
	int r;

	change(c, old, new, &now, &text);
	r = store_write_text(c, &text, err);
	if (r)
		return r;
	difference_of(&c->casts, &now, &effects);
	journal_add(c->places, "host", new ? "rename" : "destroy", &effects);
	casts_done(&c->casts);
	c->casts = now;
	now = (struct casts){0};
	return 0;
}

static int write_anew(struct casting *c, const char *old, const char *new,
                      struct err *err)
{
	int r = 1;

	for (int i = 0; r > 0 && i < TRIES; i++) {
		r = attempt(c, old, new, err);
		if (r > 0 && store_read(c, err) < 0)
			return err->code;
	}
	return r > 0 ? err_say(err, -EBUSY, "casts.ini is edited all the time")
	             : r;
}

int consents_move(const struct places *places, const char *old, const char *new,
                  struct buf *notes, struct err *err)
{
	AUTO(casting) struct casting c = CASTING_NONE;
	struct err tended;
	int r;

	if (!store_mentions(places, old))
		return 0;
	r = casting_begin(&c, places, CASTING_SECONDS, err);
	if (!r)
		r = refuse_fault(&c, old, err);
	if (r < 0)
		return r;
	store_note_begun(&c);
	r = write_anew(&c, old, new, err);
	if (!r && casting_tend(&c, NULL, &tended) < 0)
		buf_printf(notes, "casts.ini is changed, but %s\n",
		           tended.text);
	store_note_done(&c);
	return r;
}
