/* SPDX-License-Identifier: MIT */

#include "casting/told.h"

#include "base/buf.h"
#include "cast/casts.h"
#include "cast/percent.h"
#include "cast/policy.h"
#include "cast/request.h"
#include "casting/tend.h"

/* What people read of one end: "104:/var/tmp". */
void told_end(struct buf *b, const char *peer, const char *path)
{
	buf_printf(b, "%s:", peer);
	percent_encode(b, path);
}

void told_part(struct buf *b)
{
	if (b->len)
		buf_puts(b, "; ");
}

static void put_mode(struct buf *b, unsigned mode)
{
	buf_puts(b, mode & CAST_RO ? "ro" : "rw");
	if (mode & CAST_NOEXEC)
		buf_puts(b, ",noexec");
}

void told_accepted(struct buf *b, const struct effect *e,
                   const struct outcome *o)
{
	told_part(b);
	told_end(b, e->giver, e->path);
	if (o->is_active) {
		buf_puts(b, " is on ");
		percent_encode(b, e->target);
		buf_puts(b, ", ");
		put_mode(b, o->mode);
		return;
	}
	buf_puts(b, " is accepted on ");
	percent_encode(b, e->target);
	buf_printf(b, " and waits: %s", buf_text(&o->reason));
}

/* What it is for the others that a request may change. */
void told_effect(struct buf *b, const struct effect *e)
{
	if (e->kind == EFFECT_ACCEPTED)
		return; /* told with what became of it */
	told_part(b);
	if (e->kind == EFFECT_BLOCKED || e->kind == EFFECT_LIFTED) {
		const struct block block = {
			.peer = e->giver,
			.path = e->target,
		};

		policy_print_block(&block, b);
		buf_puts(b, e->kind == EFFECT_BLOCKED
		                    ? " is blocked"
		                    : " is no longer blocked");
		return;
	}
	told_end(b, e->giver, e->path);
	if (e->kind == EFFECT_DROPPED)
		buf_puts(b, " is off ");
	else if (e->kind == EFFECT_SKIPPED)
		buf_puts(b, " is skipped for ");
	else if (!e->receiver)
		buf_puts(b, e->kind == EFFECT_OFFERED
		                    ? " is published"
		                    : " is no longer published");
	else
		buf_printf(b, " is %soffered to %s on ",
		           e->kind == EFFECT_OFFERED ? "" : "no longer ",
		           e->receiver);
	if (e->target)
		percent_encode(b, e->target);
	if (e->kind == EFFECT_SKIPPED)
		buf_printf(b, ": %s", e->reason ? e->reason : "");
}
