/* SPDX-License-Identifier: MIT */

#include "sys/pty.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/auto.h"

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
	int unlock = 0, number;

	master_fd = openat(devpts_fd, "ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master_fd < 0)
		return -errno;
	if (ioctl(master_fd, TIOCSPTLCK, &unlock) < 0 ||
	    ioctl(master_fd, TIOCGPTN, &number) < 0)
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
