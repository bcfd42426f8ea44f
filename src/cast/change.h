/* SPDX-License-Identifier: MIT */
/* One request being carried out: what its verbs share. See request.h. Pure. */
#pragma once

#include "cast/request.h"

struct block;
struct buf;

struct change {
	struct casts *c;
	const struct request *q;
	const struct activity *now;
	struct effects effects; /* so far */
	struct err *err;
};

/* Note an effect; what it points to is copied. */
void change_note(struct change *ch, const struct effect *e);
void change_note_offer(struct change *ch, enum effect_kind kind,
                       const struct offer *o);
void change_note_acceptance(struct change *ch, enum effect_kind kind,
                            const struct acceptance *a);
void change_note_block(struct change *ch, enum effect_kind kind,
                       const struct block *block);

/* Fail with code and the sentence in b, which is empty then. */
int change_refuse(struct change *ch, int code, struct buf *b);

/* The same with a sentence that ends with a path. */
int change_refuse_path(struct change *ch, int code, const char *before,
                       const char *path);

/* Append PEER:PATH. */
void change_print_source(struct buf *b, const char *peer, const char *path);

/* The verbs: 0, or negative and nothing changed. */
int change_cast(struct change *ch);
int change_publish(struct change *ch);
int change_withdraw(struct change *ch); /* ucast, unpublish */
int change_caston(struct change *ch);
int change_castoff(struct change *ch);
int change_castblock(struct change *ch);
