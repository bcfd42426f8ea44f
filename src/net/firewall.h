/* SPDX-License-Identifier: MIT */
/* The host's firewall, where it is in the way of a bridge. It is somebody
 * else's: we only tell. */
#pragma once

#include <stdbool.h>

struct bridge;
struct buf;
struct json_object;

/* Does the firewall see traffic of this bridge of ours at all? Of others it is
 * not for us to say. */
bool firewall_concerns(const struct bridge *b);

/* Append to notes, a line each, what drops the traffic of a bridge unless it
 * is told not to, and the commands that tell it. ruleset is nat_read()'s. */
void firewall_tell(const struct bridge *b, const struct json_object *ruleset,
                   struct buf *notes);
