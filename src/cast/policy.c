/* SPDX-License-Identifier: MIT */
/*
 * Specific beats general, and where both are as specific the block wins. An
 * acceptance names a peer and a target, so that only a block of just these
 * two is as specific as one that is there already. For what is not accepted
 * yet, any block counts that covers it.
 */
#include "cast/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/mem.h"
#include "cast/casts.h"
#include "cast/path.h"
#include "cast/percent.h"

bool policy_reserves_source(const char *giver, const char *path)
{
	return strcmp(giver, PEER_HOST) ? path_is_reserved(path)
	                                : !strcmp(path, "/");
}

/* The block as specific as an acceptance of that, or NULL. */
static const struct block *exact_block(const struct casts *c,
                                       const struct acceptance *a)
{
	for (size_t i = 0; i < c->n_blocks; i++) {
		const struct block *b = &c->blocks[i];

		if (b->peer && b->path && !strcmp(b->path, a->target) &&
		    !strcmp(b->peer, a->giver) &&
		    !strcmp(b->receiver, a->receiver))
			return b;
	}
	return NULL;
}

/* What there is to say of it alone, whatever else is accepted. */
static enum verdict judge_alone(const struct casts *c,
                                const struct acceptance *a, struct judgement *j)
{
	j->grant = casts_grant(c, a);
	if (!j->grant)
		return VERDICT_NOT_GRANTED;
	j->block = exact_block(c, a);
	if (j->block)
		return VERDICT_BLOCKED;
	if (!strcmp(a->giver, a->receiver))
		return VERDICT_OWN;
	if (path_is_reserved(a->target))
		return VERDICT_RESERVED_TARGET;
	if (policy_reserves_source(a->giver, a->path))
		return VERDICT_RESERVED_SOURCE;
	return VERDICT_ALLOWED;
}

static bool is_in_reach(const struct acceptance *a, const struct acceptance *b)
{
	return a->whom == b->whom && path_overlaps(a->target, b->target) &&
	       !strcmp(a->receiver, b->receiver);
}

/* The first of those before at that may be mounted and reaches into what at
 * has for a target, or NULL. */
static const struct acceptance *find_earlier(const struct casts *c,
                                             const bool *may, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (may[i] &&
		    is_in_reach(&c->acceptances[i], &c->acceptances[at]))
			return &c->acceptances[i];
	return NULL;
}

static bool overlaps_any(const struct casts *c, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (is_in_reach(&c->acceptances[i], &c->acceptances[at]))
			return true;
	return false;
}

/* One that is refused is in nobody's way. So all that the receiver accepted
 * before is judged in turn; but that is rare: nobody can ask for an overlap,
 * only write one into casts.ini. */
static const struct acceptance *find_in_the_way(const struct casts *c,
                                                size_t at)
{
	const struct acceptance *of = &c->acceptances[at];
	AUTO(mem) bool *may = NULL;

	if (!overlaps_any(c, at))
		return NULL;
	may = mem_new0(at * sizeof(*may));
	for (size_t i = 0; i < at; i++) {
		const struct acceptance *a = &c->acceptances[i];
		struct judgement j = {0};

		may[i] = !strcmp(a->receiver, of->receiver) &&
		         judge_alone(c, a, &j) == VERDICT_ALLOWED &&
		         !find_earlier(c, may, i);
	}
	return find_earlier(c, may, at);
}

void policy_judge(const struct casts *c, const struct acceptance *a,
                  struct judgement *ret)
{
	struct judgement j = {0};

	j.verdict = judge_alone(c, a, &j);
	if (j.verdict == VERDICT_ALLOWED) {
		j.other = find_in_the_way(c, (size_t)(a - c->acceptances));
		if (j.other)
			j.verdict = VERDICT_IN_THE_WAY;
		else
			j.mode = j.grant->mode | a->mode;
	}
	*ret = j;
}

bool policy_allows(const struct casts *c, const struct acceptance *a,
                   unsigned *ret_mode)
{
	struct judgement j;

	policy_judge(c, a, &j);
	if (j.verdict != VERDICT_ALLOWED)
		return false;
	*ret_mode = j.mode;
	return true;
}

/* The more, the more specific; blocks of one rank differ in their path's
 * length. */
static int rank(const struct block *b)
{
	return (b->path ? 2 : 0) + (b->peer ? 1 : 0);
}

static bool is_more_specific(const struct block *a, const struct block *b)
{
	if (rank(a) != rank(b))
		return rank(a) > rank(b);
	return a->path && strlen(a->path) > strlen(b->path);
}

const struct block *policy_blocked(const struct casts *c, const char *receiver,
                                   const char *giver, const char *target)
{
	const struct block *best = NULL;

	for (size_t i = 0; i < c->n_blocks; i++) {
		const struct block *b = &c->blocks[i];

		if (strcmp(b->receiver, receiver) ||
		    (b->peer && strcmp(b->peer, giver)) ||
		    (b->path && !path_covers(b->path, target)))
			continue;
		if (!best || is_more_specific(b, best))
			best = b;
	}
	return best;
}

static void explain_block(const struct block *block, struct buf *b)
{
	buf_puts(b, block->receiver);
	buf_puts(b, " blocks ");
	policy_print_block(block, b);
}

void policy_explain(const struct judgement *j, const struct acceptance *a,
                    struct buf *b)
{
	switch (j->verdict) {
	case VERDICT_ALLOWED:
		buf_puts(b, "it is accepted");
		return;
	case VERDICT_NOT_GRANTED:
		buf_puts(b, a->giver);
		buf_puts(b, " does not offer it");
		return;
	case VERDICT_BLOCKED:
		explain_block(j->block, b);
		return;
	case VERDICT_OWN:
		buf_puts(b, a->giver);
		buf_puts(b, " is giver and receiver");
		return;
	case VERDICT_RESERVED_TARGET:
		buf_puts(b, "no cast may lie on ");
		percent_encode(b, a->target);
		return;
	case VERDICT_RESERVED_SOURCE:
		buf_puts(b, "no cast may come from ");
		percent_encode(b, a->path);
		return;
	case VERDICT_IN_THE_WAY:
		break;
	}
	buf_puts(b, j->other->giver);
	buf_putc(b, ':');
	percent_encode(b, j->other->path);
	buf_puts(b, " on ");
	percent_encode(b, j->other->target);
	buf_puts(b, " is in the way");
}

void policy_print_block(const struct block *block, struct buf *b)
{
	if (!block->peer && !block->path)
		buf_puts(b, "All");
	if (block->peer)
		buf_puts(b, block->peer);
	if (block->peer && block->path)
		buf_putc(b, ':');
	if (block->path)
		percent_encode(b, block->path);
}
