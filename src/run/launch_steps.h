/* SPDX-License-Identifier: MIT */
/* The steps of run/steps' table: 0 or -errno, in the child. */
#pragma once

struct launch;

/* Tell the parent: see struct fault. */
int steps_tell(const struct launch *l, int step, int code);

/* run/shape */
int step_launcher(struct launch *l);
int step_root(struct launch *l);
int step_dev(struct launch *l);
int step_console(struct launch *l);
int step_visible(struct launch *l);
int step_unlock(struct launch *l);
int step_kernel(struct launch *l);
int step_pivot(struct launch *l);

/* run/become */
int step_net(struct launch *l);
int step_join_first(struct launch *l);
int step_bear(struct launch *l);
int step_join_last(struct launch *l);
int step_names(struct launch *l);
int step_keyring(struct launch *l);
int step_hostname(struct launch *l);
int step_capabilities(struct launch *l);
int step_terminal(struct launch *l);
int step_user(struct launch *l);
int step_workdir(struct launch *l);
int step_close(struct launch *l);
int step_exec(struct launch *l);
