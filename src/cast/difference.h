/* SPDX-License-Identifier: MIT */
/* What an editor changed in casts.ini, as the effects that requests would have
 * had. Pure. */
#pragma once

struct casts;
struct effects;

/* Offers, acceptances and blocks that only one of both has. ret is {0}. */
void difference_of(const struct casts *before, const struct casts *after,
                   struct effects *ret);
