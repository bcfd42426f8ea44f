/* SPDX-License-Identifier: MIT */
/*
 * A mount namespace can be pinned to a file (bind-mounted) only in one with a
 * smaller id. Linux 6.18 deals ids out to CPUs in lots of 4096, so that a new
 * namespace may have a smaller id than an old one, and pinning fails on some
 * CPUs for any but the machine's first mount namespace. This uses up every
 * CPU's lot: whatever is made from now on has a larger id than what is.
 */
#include <sched.h>
#include <stdio.h>

#define LOT 4096

static int use_up(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one) < 0)
		return -1;
	for (int i = 0; i < LOT; i++)
		if (unshare(CLONE_NEWUTS) < 0)
			return -1;
	return 0;
}

int main(void)
{
	cpu_set_t all;

	if (sched_getaffinity(0, sizeof(all), &all) < 0) {
		perror("namespace-ids");
		return 1;
	}
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &all) && use_up(cpu) < 0) {
			perror("namespace-ids");
			return 1;
		}
	}
	return 0;
}
