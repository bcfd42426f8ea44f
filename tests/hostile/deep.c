/* SPDX-License-Identifier: MIT */
/* deep FROM: as guest root, move /FROM to the end of a path that is longer than
 * any system call takes (PATH_MAX). */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int root_fd = open("/", O_PATH | O_DIRECTORY);
	char name[201];

	memset(name, 'x', 200);
	name[200] = '\0';
	for (int i = 0; i < 25; i++)
		if (mkdir(name, 0755) < 0 || chdir(name) < 0) {
			perror(name);
			return 1;
		}
	if (argc == 2 && !renameat(root_fd, argv[1], AT_FDCWD, "here"))
		return 0;
	perror("deep");
	return 1;
}
