/* SPDX-License-Identifier: MIT */

#include "casting/round.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/words.h"
#include "cast/page.h"
#include "casting/board.h"
#include "casting/casting.h"
#include "sub/place.h"

void round_done(struct round *r)
{
	while (r->members) {
		struct member *m = r->members;

		r->members = m->next;
		hanging_done(&m->hanging);
		peer_done(&m->peer);
		free(m);
	}
}

int round_get(struct round *r, const char *name, struct member **ret,
              struct err *err)
{
	struct member *m = r->members;
	int e;

	while (m && strcmp(m->peer.sub.name, name))
		m = m->next;
	if (m) {
		*ret = m;
		return 0;
	}
	m = mem_new0(sizeof(*m));
	m->peer = (struct peer)PEER_NONE;
	m->next = r->members;
	r->members = m;
	e = peer_open(&m->peer, r->c->places, name, err);
	m->exists = !e;
	if (e == -ENOENT) {
		sub_done(&m->peer.sub);
		snprintf(m->peer.sub.name, sizeof(m->peer.sub.name), "%s",
		         name);
		e = 0;
	}
	if (!e && !m->peer.is_host)
		e = hanging_read(&m->hanging, r->c->lock_fd, &m->peer, err);
	if (!e)
		*ret = m;
	return e;
}

int round_list_names(const struct round *r, struct words *names,
                     struct err *err)
{
	DIR *dir = opendir(r->c->places->run);
	struct dirent *e;

	if (!dir)
		return err_set(err, -errno, "cannot open %s",
		               r->c->places->run);
	while ((e = readdir(dir)))
		if (name_is_valid(e->d_name) && e->d_type == DT_REG)
			words_add(names, e->d_name);
	closedir(dir);
	return 0;
}

void round_concern_all(struct round *r)
{
	AUTO(words) struct words names = {0};
	struct err ignored;
	struct member *m;

	round_list_names(r, &names, &ignored);
	for (size_t i = 0; i < names.n; i++)
		if (!round_get(r, names.v[i], &m, &ignored))
			m->is_concerned = true;
}

void round_post_pages(struct round *r)
{
	for (struct member *m = r->members; m; m = m->next) {
		AUTO(page) struct page page = {0};
		AUTO(buf) struct buf text = {0};
		struct err ignored;

		if (!m->peer.is_up || !m->hanging.ledger.replies ||
		    (!m->is_concerned && !m->hanging.has_changed))
			continue;
		page_collect(&page, &r->c->casts, &m->hanging.ledger,
		             m->peer.sub.name);
		page_print(&page, &text);
		/* A guest that has taken its board away has no page. */
		board_post(&m->peer, BOARD_PAGE, buf_text(&text), &ignored);
	}
}
