/* SPDX-License-Identifier: MIT */
/* showcast: the page of casts, as a table or as JSON. Needs no daemon. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "cast/page.h"
#include "guest/json.h"
#include "guest/page.h"
#include "guest/tools.h"

#define PAGE     HOST_SAYS "/casts"
#define PAGE_MAX (64 << 20)

int guest_page_read(struct page *p)
{
	AUTO(buf) struct buf text = {0};
	int r = file_read(AT_FDCWD, PAGE, PAGE_MAX, &text);

	return r < 0 ? r : page_parse(p, buf_text(&text));
}

static void print_item(const struct page_item *item, struct buf *b)
{
	const struct {
		const char *key, *text;
	} members[] = {
		{"state", page_state_name(item->state)},
		{"mode", page_mode_name(item->mode)},
		{"peer", item->peer},
		{"source", item->source},
		{"target", item->target},
		{"reason", item->reason},
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		buf_puts(b, i ? ", \"" : "{\"");
		buf_puts(b, members[i].key);
		buf_puts(b, "\": ");
		json_string(b, members[i].text);
	}
	buf_putc(b, '}');
}

static void print_json(const struct page *p, struct buf *b)
{
	buf_putc(b, '[');
	for (size_t i = 0; i < p->n; i++) {
		buf_puts(b, i ? ",\n " : "");
		print_item(&p->v[i], b);
	}
	buf_puts(b, "]\n");
}

int show_casts(const struct call *c)
{
	AUTO(page) struct page p = {0};
	AUTO(buf) struct buf b = {0};
	int r = guest_page_read(&p);

	if (r == -ENOENT || r == -ENOTDIR)
		return tool_fail(c, TOOL_NO_HOST,
		                 "there is no " PAGE
		                 " here: this host has no casts for this sub "
		                 "host");
	if (r == -EPROTO)
		return tool_fail(c, TOOL_REFUSED,
		                 PAGE " is not what this showcast reads: the "
		                      "host may have a newer one");
	if (r < 0)
		return tool_fail(c, TOOL_REFUSED, "cannot read " PAGE ": %s",
		                 strerror(-r));
	if (c->is_json)
		print_json(&p, &b);
	else
		page_show(&p, c->is_all, &b);
	fputs(buf_text(&b), stdout);
	return TOOL_DONE;
}
