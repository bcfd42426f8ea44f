/* SPDX-License-Identifier: MIT */
/* castoff, castblock: what a receiver consents to no longer, or never. All that
 * can refuse it is looked at before anything is changed. */
#include "cast/change.h"

#include <errno.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cast/path.h"
#include "cast/percent.h"
#include "cast/policy.h"
#include "cast/room.h"

static void drop(struct change *ch, size_t at)
{
	change_note_acceptance(ch, EFFECT_DROPPED, &ch->c->acceptances[at]);
	casts_drop_acceptance(ch->c, at);
}

typedef bool acceptance_test(const struct change *ch,
                             const struct acceptance *a);

/* Drop those of the actor's that are so. */
static void drop_where(struct change *ch, acceptance_test *is_so)
{
	size_t i = 0;

	while (i < ch->c->n_acceptances) {
		const struct acceptance *a = &ch->c->acceptances[i];

		if (!strcmp(a->receiver, ch->q->actor) && is_so(ch, a))
			drop(ch, i);
		else
			i++;
	}
}

static bool is_any(const struct change *ch, const struct acceptance *a)
{
	(void)ch;
	(void)a;
	return true;
}

static bool is_on_target(const struct change *ch, const struct acceptance *a)
{
	return !strcmp(a->target, ch->q->path) &&
	       (!ch->q->peer || !strcmp(a->giver, ch->q->peer));
}

static bool is_from_source(const struct change *ch, const struct acceptance *a)
{
	return !strcmp(a->path, ch->q->path) && !strcmp(a->giver, ch->q->peer);
}

static int refuse_unaccepted(struct change *ch)
{
	struct buf b = {0};

	buf_puts(&b, ch->q->actor);
	if (ch->q->peer) {
		buf_puts(&b, " has not accepted ");
		change_print_source(&b, ch->q->peer, ch->q->path);
	} else {
		buf_puts(&b, " has accepted nothing on ");
		percent_encode(&b, ch->q->path);
	}
	return change_refuse(ch, -ENOENT, &b);
}

int change_castoff(struct change *ch)
{
	if (!ch->q->path) {
		drop_where(ch, is_any);
		return 0;
	}
	drop_where(ch, is_on_target);
	if (!ch->effects.n && ch->q->peer)
		drop_where(ch, is_from_source);
	return ch->effects.n ? 0 : refuse_unaccepted(ch);
}

/* --- castblock --- */

static bool is_inactive(const struct change *ch, const struct acceptance *a)
{
	return !ch->now->is_active(ch->now->arg, a);
}

static bool is_covered(const struct change *ch, const struct acceptance *a)
{
	return (!ch->q->peer || !strcmp(a->giver, ch->q->peer)) &&
	       (!ch->q->path || path_covers(ch->q->path, a->target));
}

/* Does the block say what policy_print_block() has as text? */
static bool is_block(const struct block *block, const char *text)
{
	AUTO(buf) struct buf b = {0};

	policy_print_block(block, &b);
	return !strcmp(buf_text(&b), text);
}

static bool has_block(const struct change *ch, const char *text)
{
	for (size_t i = 0; i < ch->c->n_blocks; i++)
		if (!strcmp(ch->c->blocks[i].receiver, ch->q->actor) &&
		    is_block(&ch->c->blocks[i], text))
			return true;
	return false;
}

static bool is_lifted(const struct change *ch, const struct block *block)
{
	char **text = ch->q->lifted;

	while (text && *text && !is_block(block, *text))
		text++;
	return !text || *text;
}

static int lift(struct change *ch)
{
	size_t i = 0;

	for (char **text = ch->q->lifted; text && *text; text++)
		if (!has_block(ch, *text))
			return err_say(ch->err, -ENOENT, "%s does not block %s",
			               ch->q->actor, *text);
	while (i < ch->c->n_blocks) {
		const struct block *block = &ch->c->blocks[i];

		if (!strcmp(block->receiver, ch->q->actor) &&
		    is_lifted(ch, block)) {
			change_note_block(ch, EFFECT_LIFTED, block);
			casts_drop_block(ch->c, i);
		} else {
			i++;
		}
	}
	return 0;
}

int change_castblock(struct change *ch)
{
	struct block block = {.receiver = ch->q->actor,
	                      .peer = ch->q->peer,
	                      .path = ch->q->path};
	AUTO(buf) struct buf text = {0};

	if (ch->q->is_lift)
		return lift(ch);
	policy_print_block(&block, &text);
	if (!has_block(ch, buf_text(&text))) {
		int r = room_for_block(ch->c, &block, ch->err);

		if (r < 0)
			return r;
		casts_block(ch->c, &block);
		change_note_block(ch, EFFECT_BLOCKED, &block);
	}
	drop_where(ch, block.peer || block.path ? is_covered : is_inactive);
	return 0;
}
