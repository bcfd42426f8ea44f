/* SPDX-License-Identifier: MIT */

#include "cast/change.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "cast/percent.h"

static char *copy(const char *text)
{
	return text ? mem_copy(text) : NULL;
}

/* Effects hold copies of what e points to. */
void change_note(struct change *ch, const struct effect *e)
{
	struct effects *to = &ch->effects;

	to->v = mem_resize(to->v, to->n + 1, sizeof(*to->v));
	to->v[to->n++] = (struct effect){
		.kind = e->kind,
		.receiver = copy(e->receiver),
		.giver = copy(e->giver),
		.path = copy(e->path),
		.target = copy(e->target),
		.reason = copy(e->reason),
	};
}

void effects_done(struct effects *e)
{
	for (size_t i = 0; i < e->n; i++) {
		free(e->v[i].receiver);
		free(e->v[i].giver);
		free(e->v[i].path);
		free(e->v[i].target);
		free(e->v[i].reason);
	}
	free(e->v);
	*e = (struct effects){0};
}

void change_note_acceptance(struct change *ch, enum effect_kind kind,
                            const struct acceptance *a)
{
	change_note(ch, &(struct effect){.kind = kind,
	                                 .receiver = a->receiver,
	                                 .giver = a->giver,
	                                 .path = a->path,
	                                 .target = a->target});
}

void change_note_offer(struct change *ch, enum effect_kind kind,
                       const struct offer *o)
{
	change_note(ch, &(struct effect){.kind = kind,
	                                 .receiver = o->receiver,
	                                 .giver = o->giver,
	                                 .path = o->path,
	                                 .target = o->target});
}

void change_note_block(struct change *ch, enum effect_kind kind,
                       const struct block *block)
{
	change_note(ch, &(struct effect){.kind = kind,
	                                 .receiver = block->receiver,
	                                 .giver = block->peer,
	                                 .target = block->path});
}

int change_refuse(struct change *ch, int code, struct buf *b)
{
	err_say(ch->err, code, "%s", buf_text(b));
	buf_done(b);
	return code;
}

int change_refuse_path(struct change *ch, int code, const char *before,
                       const char *path)
{
	struct buf b = {0};

	buf_puts(&b, before);
	percent_encode(&b, path);
	return change_refuse(ch, code, &b);
}

void change_print_source(struct buf *b, const char *peer, const char *path)
{
	buf_puts(b, peer);
	buf_putc(b, ':');
	percent_encode(b, path);
}

static int apply(struct change *ch)
{
	switch (ch->q->verb) {
	case CAST_VERB_CAST:
		return change_cast(ch);
	case CAST_VERB_PUBLISH:
		return change_publish(ch);
	case CAST_VERB_UCAST:
	case CAST_VERB_UNPUBLISH:
		return change_withdraw(ch);
	case CAST_VERB_CASTON:
		return change_caston(ch);
	case CAST_VERB_CASTOFF:
		return change_castoff(ch);
	case CAST_VERB_CASTBLOCK:
	case CAST_VERBS:
		break;
	}
	return change_castblock(ch);
}

int request_apply(struct casts *c, const struct request *q,
                  const struct activity *now, struct effects *ret,
                  struct err *err)
{
	struct change ch = {.c = c, .q = q, .now = now, .err = err};
	int r = apply(&ch);

	if (r < 0)
		effects_done(&ch.effects);
	else
		*ret = ch.effects;
	return r;
}
