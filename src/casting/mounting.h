/* SPDX-License-Identifier: MIT */
/*
 * One mount in a receiver: a cast, or the tombstone of one that waits. Made
 * detached, private, nosuid, nodev; written down; attached below live, from
 * where it comes to the guest; then looked for where the guest sees it.
 */
#pragma once

#include "cast/ledger.h"

struct end_found;
struct err;
struct hanging;

/* Everything of held but id, dev, ino and place is given. */
int mounting_put_cast(struct hanging *in, const struct end_found *source,
                      const struct end_found *target, struct held *held,
                      struct err *err);
int mounting_put_tombstone(struct hanging *in, const struct end_found *target,
                           struct held *held, struct err *err);
