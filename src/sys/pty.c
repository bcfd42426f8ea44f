/* SPDX-License-Identifier: MIT */

#include "sys/pty.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/auto.h"

#define PTMX makedev(5, 2)

int pty_check_master(int fd)
{
	struct statfs fs;
	struct stat st;
	int number;

	if (fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0)
		return -errno;
	if (!S_ISCHR(st.st_mode) || st.st_rdev != PTMX ||
	    fs.f_type != DEVPTS_SUPER_MAGIC)
		return -ENOTTY;
	return ioctl(fd, TIOCGPTN, &number) < 0 ? -errno : 0;
}

int pty_unlock(int master_fd)
{
	int unlock = 0;

	return ioctl(master_fd, TIOCSPTLCK, &unlock) < 0 ? -errno : 0;
}

int pty_open_slave(int master_fd)
{
	int fd = ioctl(master_fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int pty_open(int devpts_fd, int *ret_master_fd, int *ret_slave_fd,
             int *ret_number)
{
	AUTO(fd) int master_fd = -1;
	AUTO(fd) int slave_fd = -1;
	int number, r;

	master_fd = openat(devpts_fd, "ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master_fd < 0)
		return -errno;
	r = pty_unlock(master_fd);
	if (r < 0)
		return r;
	if (ioctl(master_fd, TIOCGPTN, &number) < 0)
		return -errno;
	/* Not by a path: the devpts hangs nowhere yet. */
	slave_fd = pty_open_slave(master_fd);
	if (slave_fd < 0)
		return slave_fd;
	*ret_master_fd = fd_take(&master_fd);
	*ret_slave_fd = fd_take(&slave_fd);
	*ret_number = number;
	return 0;
}

void pty_copy_size(int from_fd, int to_fd)
{
	struct winsize size;

	if (!ioctl(from_fd, TIOCGWINSZ, &size))
		ioctl(to_fd, TIOCSWINSZ, &size);
}

int pty_make_raw(int fd, struct termios *ret_before)
{
	struct termios raw;

	if (tcgetattr(fd, ret_before) < 0)
		return -errno;
	raw = *ret_before;
	cfmakeraw(&raw);
	return tcsetattr(fd, TCSADRAIN, &raw) < 0 ? -errno : 0;
}

void pty_restore(int fd, const struct termios *before)
{
	tcsetattr(fd, TCSADRAIN, before);
}
