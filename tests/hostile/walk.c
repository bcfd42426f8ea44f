/* SPDX-License-Identifier: MIT */
/* walk DIR…: say which files below could be written to; nothing is written. Of
 * /proc neither the processes nor what a guest's own namespaces have. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel has these for each user, network, ipc, uts, pid namespace. */
static const char *const own[] = {
	"/proc/sys/net/",
	"/proc/sys/user/",
	"/proc/sys/fs/mqueue/",
	"/proc/sys/kernel/shm",
	"/proc/sys/kernel/msg",
	"/proc/sys/kernel/sem",
	"/proc/sys/kernel/auto_msgmni",
	"/proc/sys/kernel/hostname",
	"/proc/sys/kernel/domainname",
	"/proc/sys/kernel/ns_last_pid",
	"/proc/sys/kernel/pid_max",
	"/proc/pressure/", /* anyone may wait for some there */
};

static int look(const char *path, const struct stat *st, int type,
                struct FTW *f)
{
	int fd;

	if (!strncmp(path, "/proc/", 6) && path[6] >= '0' && path[6] <= '9')
		return 0;
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (!strncmp(path, own[i], strlen(own[i])))
			return 0;
	if (type != FTW_F || !S_ISREG(st->st_mode) || !(st->st_mode & 0222))
		return 0;
	fd = open(path, O_WRONLY | O_NONBLOCK);
	if (fd >= 0)
		printf("%s\n", path);
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		nftw(argv[i], look, 64, FTW_PHYS);
	return 0;
}
