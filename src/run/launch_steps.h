/* SPDX-License-Identifier: MIT */
/* The steps of run/steps' tables: 0 or -errno, in the child. */
#pragma once

#include <stdint.h>

struct launch;

/* Tell the parent: see struct fault. */
int steps_tell(const struct launch *l, int step, int code);

/* The process has become root of a user namespace that it has joined. */
int become_root_there(struct launch *l);

/* Bear a process, with those CLONE_* flags, that goes on with the steps; the
 * caller tells the parent of it and ends. */
int become_child(struct launch *l, uint64_t flags);

/* run/shape */
int step_launcher(struct launch *l);
int step_masks(struct launch *l);
int step_root(struct launch *l);
int step_dev(struct launch *l);
int step_console(struct launch *l);
int step_visible(struct launch *l);
int step_unlock(struct launch *l);
int step_kernel(struct launch *l);
int step_pivot(struct launch *l);

/* run/become */
int step_cgroups(struct launch *l);
int step_net(struct launch *l);
int step_join_first(struct launch *l);
int step_bear(struct launch *l);
int step_join_last(struct launch *l);
int step_names(struct launch *l);
int step_keyring(struct launch *l);
int step_hostname(struct launch *l);
int step_filter(struct launch *l);
int step_capabilities(struct launch *l);
int step_terminal(struct launch *l);
int step_user(struct launch *l);
int step_workdir(struct launch *l);
int step_close(struct launch *l);
int step_no_new_privs(struct launch *l);
int step_exec(struct launch *l);

/* run/beside */
int step_join(struct launch *l);
int step_bear_inside(struct launch *l);
int step_make_terminal(struct launch *l);
int step_send_reaper(struct launch *l);
