/* SPDX-License-Identifier: MIT */
/* pile WHAT N: mounts, cgroups (flat and deep), directories below each other,
 * links; says "ready" and how many, and stays. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const char *what = argv[1];
	int most = atoi(argv[2]), n;
	char name[300];

	mkdir("/heap", 0755);
	if (chdir(strcmp(what, "cgroups") ? "/heap" : "/sys/fs/cgroup"))
		return 1;
	for (n = 0; n < most; n++) {
		int r = 0;

		snprintf(name, sizeof(name), "%d\033[31m\n %s", n, "x");
		if (!strcmp(what, "mounts")) {
			mkdir("at", 0755);
			r = mount("x", "at", "tmpfs", 0, "size=4k");
		} else if (!strcmp(what, "binds")) {
			mkdir(name, 0755);
			r = mount("/etc", name, 0, MS_BIND, 0);
		} else if (!strcmp(what, "deep")) {
			memset(name, 'd', 200);
			name[200] = 0;
			r = mkdir(name, 0755) || chdir(name);
		} else {
			snprintf(name, sizeof(name), "%d\033[31m", n);
			r = mkdir(name, 0755);
			if (!r && n % 10 == 0)
				r = chdir(name) && 0;
		}
		if (r)
			break;
	}
	printf("ready %d\n", n);
	fflush(stdout);
	for (;;)
		pause();
}
