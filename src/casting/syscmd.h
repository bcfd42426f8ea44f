/* SPDX-License-Identifier: MIT */
/*
 * /syscmd: what the host tells a guest. SUBHOST_SYSCMD/scripts has the masters
 * of the guests' tools, SUBHOST_SYSCMD/NAME hard links to those that NAME may
 * use; the guest sees that folder read-only at /syscmd, with a tmpfs of ours
 * at /syscmd/replies, where its page of casts is, too.
 */
#pragma once

#include <stdbool.h>

struct buf;
struct err;
struct hanging;
struct places;
struct words;

/* Are there masters of the guests' tools at all? */
bool syscmd_is_installed(const struct places *places);

/* Is verb enabled for name: is the one a hard link to the other? */
bool syscmd_is_enabled(const struct places *places, const char *name,
                       const char *verb);

/* Enable verbs for name; those that it has a link of already stay. -ENOENT for
 * one that has no master. */
int syscmd_allow(const struct places *places, const char *name,
                 char *const *verbs, struct err *err);
int syscmd_deny(const struct places *places, const char *name,
                char *const *verbs, struct err *err);

/* Make name's links again that are of masters of before an upgrade. */
int syscmd_refresh(const struct places *places, const char *name,
                   struct err *err);

/* Has name links of verbs that have another master by now? */
bool syscmd_is_stale(const struct places *places, const char *name);

/* The verbs that are enabled, in order. */
int syscmd_list(const struct places *places, const char *name,
                struct words *verbs, struct err *err);

/*
 * Mount /syscmd and /syscmd/replies of one that is up, unless they are: its
 * folder is made with the verbs of casts when there is none, and nothing is
 * done where SUBHOST_SYSCMD/scripts is missing, for nothing is installed then.
 * userns_fd: who makes /syscmd in the guest's tree, if it has none. What stands
 * in the way there (a file, a symlink) is noted, and no failure.
 */
int syscmd_mount(struct hanging *in, int userns_fd, struct buf *notes,
                 struct err *err);
