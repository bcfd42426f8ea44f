/* SPDX-License-Identifier: MIT */

#include "sys/inherit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"

#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE 67 /* Linux 6.4 */
#endif

#define IOPRIO_WHO_PROCESS 1
#define NO_IOPRIO          0     /* as it goes with the nice value */
#define TIMER_SLACK        50000 /* ns */
#define NO_LOGIN           "4294967295"
#define MIB                1048576ull

/* What systemd gives a service; but no core files, and no limit of processes
 * beside that of the cgroup. */
static const struct limit {
	int resource;
	rlim_t soft, hard;
} limits[] = {
	{RLIMIT_CORE, 0, 0},
	{RLIMIT_CPU, RLIM_INFINITY, RLIM_INFINITY},
	{RLIMIT_FSIZE, RLIM_INFINITY, RLIM_INFINITY},
	{RLIMIT_DATA, RLIM_INFINITY, RLIM_INFINITY},
	{RLIMIT_STACK, 8 * MIB, RLIM_INFINITY},
	{RLIMIT_RSS, RLIM_INFINITY, RLIM_INFINITY},
	{RLIMIT_AS, RLIM_INFINITY, RLIM_INFINITY},
	{RLIMIT_LOCKS, RLIM_INFINITY, RLIM_INFINITY},
	{RLIMIT_NPROC, RLIM_INFINITY, RLIM_INFINITY},
	{RLIMIT_NOFILE, 1024, 524288},
	{RLIMIT_MEMLOCK, 8 * MIB, 8 * MIB},
	{RLIMIT_MSGQUEUE, 819200, 819200},
	{RLIMIT_SIGPENDING, 65536, 65536},
	{RLIMIT_NICE, 0, 0},
	{RLIMIT_RTPRIO, 0, 0},
	{RLIMIT_RTTIME, RLIM_INFINITY, RLIM_INFINITY},
};

static rlim_t less(rlim_t a, rlim_t b)
{
	return a < b ? a : b; /* RLIM_INFINITY is the greatest */
}

static int set_limit(const struct limit *l)
{
	struct rlimit wanted = {l->soft, l->hard}, present;

	if (!setrlimit(l->resource, &wanted))
		return 0;
	if (errno != EPERM || getrlimit(l->resource, &present) < 0)
		return -errno;
	wanted.rlim_max = less(l->hard, present.rlim_max);
	wanted.rlim_cur = less(l->soft, wanted.rlim_max);
	return setrlimit(l->resource, &wanted) < 0 ? -errno : 0;
}

int inherit_no_limits(void)
{
	int r = 0;

	for (size_t i = 0; !r && i < sizeof(limits) / sizeof(*limits); i++)
		r = set_limit(&limits[i]);
	return r;
}

static void reset_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int sig = 1; sig < _NSIG; sig++)
		signal(sig, SIG_DFL);
}

/* Of processor, disk, and when memory runs out. */
static int reset_priorities(void)
{
	const struct sched_param none = {0};
	int r;

	/* musl has no sched_setscheduler. */
	if (syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &none) < 0 ||
	    setpriority(PRIO_PROCESS, 0, 0) < 0)
		return -errno;
	if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, NO_IOPRIO) < 0 &&
	    errno != ENOSYS)
		return -errno;
	r = file_write(AT_FDCWD, "/proc/self/oom_score_adj", "0");
	/* Whoever lacks CAP_SYS_RESOURCE stays as killable as it is. */
	return r == -EACCES ? 0 : r;
}

/* How it is run: no randomization left out, no emulation; and root is root. */
static int reset_ways(void)
{
	if (personality(PER_LINUX) < 0 ||
	    prctl(PR_SET_TIMERSLACK, TIMER_SLACK, 0, 0, 0) < 0)
		return -errno;
	/* What this kernel lacks is not set either. */
	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	prctl(PR_SET_MEMORY_MERGE, 0, 0, 0, 0);
	if (prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) &&
	    prctl(PR_SET_SECUREBITS, 0, 0, 0, 0) < 0)
		return -errno;
	/* Of auditing, where there is any. */
	file_write(AT_FDCWD, "/proc/self/loginuid", NO_LOGIN);
	return 0;
}

int inherit_nothing(void)
{
	int r;

	umask(022);
	reset_signals();
	r = inherit_no_limits();
	if (!r)
		r = reset_priorities();
	return r ? r : reset_ways();
}
