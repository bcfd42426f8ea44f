/* SPDX-License-Identifier: MIT */
/* What became of a request, in words: one line, its parts joined by "; ". */
#pragma once

struct buf;
struct effect;
struct outcome;

/* Before another part. */
void told_part(struct buf *b);

/* One end of a cast: "104:/var/tmp". */
void told_end(struct buf *b, const char *peer, const char *path);

/* An acceptance, with what became of it. */
void told_accepted(struct buf *b, const struct effect *e,
                   const struct outcome *o);

/* Any other effect. */
void told_effect(struct buf *b, const struct effect *e);
