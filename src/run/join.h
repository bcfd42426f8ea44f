/* SPDX-License-Identifier: MIT */
/* The parent half of a joining: a process beside the init of a running one. */
#pragma once

#include "run/launch.h"

/*
 * Have a process join that init, and run the request's command beside it. As a
 * launch it is in two steps, so that nothing need be held while the guest can
 * make it wait: from join_begin() on it is in the guest's cgroup, and ends with
 * it. birth_end() returns when the command runs.
 */
int join_begin(struct birth *b, const struct process *init,
               const struct launch_request *req, struct err *err);
