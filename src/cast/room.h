/* SPDX-License-Identifier: MIT */
/* How much a peer may have in casts.ini: see REQUEST_MAX. Pure. */
#pragma once

struct acceptance;
struct block;
struct casts;
struct err;
struct offer;

/* Is there room for one more? 0; or -ENOSPC, and who has too much of what. */
int room_for_offer(const struct casts *c, const struct offer *o,
                   struct err *err);
int room_for_acceptance(const struct casts *c, const struct acceptance *a,
                        struct err *err);
int room_for_block(const struct casts *c, const struct block *block,
                   struct err *err);
