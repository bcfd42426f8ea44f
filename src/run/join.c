/* SPDX-License-Identifier: MIT */

#include "run/join.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/words.h"
#include "run/steps.h"
#include "sys/cgroup.h"

#define TRIES 16 /* while the init moves from cgroup to cgroup */

/*
 * Into the guest's cgroup; or where its init is now. For a guest may move its
 * processes into cgroups below, as systemd does, and have controllers work
 * there; then the upper one takes none (EBUSY).
 */
static int give(struct birth *b, struct launch *l,
                const struct launch_request *req, pid_t init)
{
	int r = birth_give(b, l, 0, req->cgroup_fd);

	for (int i = 0;
	     (r == -EBUSY || r == -EOPNOTSUPP || r == -ENOENT) && i < TRIES;
	     i++) {
		AUTO(fd)
		int fd =
			cgroup_open_of(req->cgroup_fd, req->cgroup_place, init);

		r = fd < 0 ? fd : birth_give(b, l, 0, fd);
	}
	return r;
}

/* What the reaper is to do, if there is one. */
static void order_reaper(const struct launch_request *req, struct words *ret)
{
	words_add(ret, "subhost-enter");
	words_add(ret, req->terminal ? "terminal" : "streams");
	for (size_t i = 0; req->argv[i]; i++)
		words_add(ret, req->argv[i]);
}

int join_begin(struct birth *b, const struct process *init,
               const struct launch_request *req, struct err *err)
{
	struct launch l = {
		.launcher_fd = -1,
		.net_fd = -1,
		.user_fd = -1,
		.live_fd = -1,
		.dev_fd = -1,
		.pts_fd = -1,
		.reaper_fd = -1,
		.status_fd = -1,
		.init_fd = init->pid_fd,
		.slave_fd = -1,
		.terminal = -1,
		.console_fd = -1,
		.page_fd = -1,
		.joins = true,
		.own_users = req->base,
		.own_terminal = req->terminal,
		.capabilities = req->capabilities,
		.mounts = req->mounts,
		.no_new_privs = req->no_new_privs,
		.filter = req->filter,
		.old = req->old,
		.user = req->user,
		.workdir = req->workdir,
		.argv = req->argv,
		.envp = req->envp,
	};
	AUTO(words) struct words order = {0};
	int r = req->reaper ? birth_prepare(&l, err) : 0;

	if (req->reaper) {
		order_reaper(req, &order);
		l.argv = order.v;
	}
	if (r < 0)
		return r;
	r = give(b, &l, req, init->pid);
	fd_auto(&l.reaper_fd);
	return r < 0 ? err_set(err, r, "cannot create a process in its cgroup")
	             : 0;
}
