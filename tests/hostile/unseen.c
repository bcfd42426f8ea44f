/* SPDX-License-Identifier: MIT */
/*
 * unseen rename FROM TO | rmdir PATH | unlink PATH: as guest root with mounts
 * of its own, do that to what is a mount point. The kernel refuses that only
 * where the mount is seen: this one goes to a mount namespace where it is not,
 * by pivot_root, with the old root in hand. Paths are from there, without a /.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

static int leave(const char *to)
{
	int fd = open("/", O_PATH | O_DIRECTORY);

	if (fd < 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", to, "tmpfs", 0, NULL) < 0 || chdir(to) < 0 ||
	    syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0)
		return -1;
	return fd;
}

int main(int argc, char **argv)
{
	int fd = leave("/tmp"), r = -1;

	if (fd < 0)
		perror("unseen");
	else if (argc == 4 && !strcmp(argv[1], "rename"))
		r = renameat(fd, argv[2], fd, argv[3]);
	else if (argc == 3 && !strcmp(argv[1], "rmdir"))
		r = unlinkat(fd, argv[2], AT_REMOVEDIR);
	else if (argc == 3 && !strcmp(argv[1], "unlink"))
		r = unlinkat(fd, argv[2], 0);
	if (r < 0)
		perror(argc > 1 ? argv[1] : "usage");
	return r < 0;
}
