/* SPDX-License-Identifier: MIT */

#include "cli/fleet.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/mem.h"
#include "cli/context.h"

#define AT_ONCE 4 /* for each processor */

enum fate { WAITS, RUNS, DONE, FAILED, LEFT_OUT };

struct voyage {
	struct fleet *f;
	enum fate *fates;
	pid_t *pids;
	bool *again; /* it is tried with the other option */
	size_t running;
};

static void run_child(const struct voyage *v, size_t at)
{
	const struct fleet *f = v->f;
	const char *name = f->order.v[at].name;
	const char *option = v->again[at] ? f->again : f->option;
	const char *argv[5] = {f->context->program, f->verb};
	int n = 2;

	if (option)
		argv[n++] = option;
	argv[n] = name;
	if (f->prepare && f->prepare(f, name) != 0)
		_exit(EXIT_FAILED);
	execv("/proc/self/exe", (char *const *)(uintptr_t)argv);
	fprintf(stderr, "%s: cannot run itself: %s\n", f->context->program,
	        strerror(errno));
	_exit(EXIT_FAILED);
}

static void launch(struct voyage *v, size_t at)
{
	pid_t pid = fork();

	if (!pid)
		run_child(v, at);
	v->pids[at] = pid;
	v->fates[at] = pid < 0 ? FAILED : RUNS;
	v->running += pid > 0;
}

/* What becomes of one that waits, by those before it. */
static enum fate judge(const struct voyage *v, size_t at, bool needs)
{
	const struct order_node *node = &v->f->order.v[at];

	for (size_t i = 0; i < node->n_after; i++) {
		enum fate before = v->fates[node->after[i]];

		if (before == WAITS || before == RUNS)
			return WAITS;
		if (needs && before != DONE) {
			fprintf(stderr,
			        "%s: %s is not started: %s, which it is after, "
			        "is not up, or not ready\n",
			        v->f->context->program, node->name,
			        v->f->order.v[node->after[i]].name);
			return LEFT_OUT;
		}
	}
	return RUNS;
}

/* Did anything change? */
static bool launch_ready(struct voyage *v, bool needs, size_t most)
{
	bool has_moved = false;

	for (size_t i = 0; i < v->f->order.n && v->running < most; i++) {
		enum fate fate;

		if (v->fates[i] != WAITS)
			continue;
		fate = judge(v, i, needs);
		if (fate == RUNS)
			launch(v, i);
		else
			v->fates[i] = fate;
		has_moved |= fate != WAITS;
	}
	return has_moved;
}

static void reap_one(struct voyage *v)
{
	int status = 0;
	pid_t pid = waitpid(-1, &status, 0);

	for (size_t i = 0; pid > 0 && i < v->f->order.n; i++) {
		if (v->fates[i] != RUNS || v->pids[i] != pid)
			continue;
		v->running--;
		v->fates[i] = status ? FAILED : DONE;
		if (status && v->f->again && !v->again[i]) {
			v->again[i] = true;
			launch(v, i);
		}
	}
}

int fleet_run(struct fleet *f, bool needs)
{
	size_t n = f->order.n;
	size_t most = AT_ONCE * (size_t)sysconf(_SC_NPROCESSORS_ONLN);
	AUTO(mem) enum fate *fates = mem_new0((n + 1) * sizeof(*fates));
	AUTO(mem) pid_t *pids = mem_new0((n + 1) * sizeof(*pids));
	AUTO(mem) bool *again = mem_new0(n + 1);
	struct voyage v = {
		.f = f, .fates = fates, .pids = pids, .again = again};
	int status = EXIT_DONE;

	while (launch_ready(&v, needs, most) || v.running)
		if (v.running)
			reap_one(&v);
	for (size_t i = 0; i < n; i++)
		if (fates[i] != DONE)
			status = EXIT_FAILED;
	return status;
}
