/* SPDX-License-Identifier: MIT */

#include "sys/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/file.h"
#include "sys/confine.h"
#include "sys/inherit.h"
#include "sys/kernel.h"
#include "sys/netns.h"

#define UNPRIVILEGED_PORTS "/proc/sys/net/ipv4/ip_unprivileged_port_start"

/* In the helper: say how a step went; the maker reads it when it needs it. */
static int report(int channel_fd, int result)
{
	if (write(channel_fd, &result, sizeof(result)) != sizeof(result))
		_exit(1);
	return result;
}

static int make_user(uid_t base)
{
	int r = inherit_no_limits();

	if (!r)
		r = confine_be_charged_to(base);
	if (r < 0)
		return r;
	return unshare(CLONE_NEWUSER) < 0 ? -errno : 0;
}

static int make_net(const char *alias)
{
	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	/* All of its ports are the guest's own, also a user's of it. Older
	 * kernels than 4.11 have no such file. */
	file_write(AT_FDCWD, UNPRIVILEGED_PORTS, "0");
	return netns_raise_lo(alias);
}

static void run_helper(int channel_fd, uid_t base, bool with_net,
                       const char *alias)
{
	char end;

	if (process_die_with_parent(channel_fd) < 0)
		return;
	if (base && report(channel_fd, make_user(base)) < 0)
		return;
	if (with_net)
		report(channel_fd, make_net(alias));
	while (read(channel_fd, &end, 1) < 0 && errno == EINTR)
		;
}

int userns_begin(struct userns_maker *m, uid_t base, bool with_net,
                 const char *alias)
{
	int ends[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	r = process_clone(0, -1, &m->helper);
	if (!r) {
		close(ends[0]);
		run_helper(ends[1], base, with_net, alias);
		_exit(0);
	}
	close(ends[1]);
	m->channel_fd = ends[0];
	return r < 0 ? r : 0;
}

/* The helper's next report; its death is -ECHILD. */
static int next_report(struct userns_maker *m)
{
	int result;
	ssize_t n;

	do
		n = read(m->channel_fd, &result, sizeof(result));
	while (n < 0 && errno == EINTR);
	return n == sizeof(result) ? result : -ECHILD;
}

static int open_namespace(struct userns_maker *m, const char *which)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", m->helper.pid, which);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int write_map(struct userns_maker *m, const char *which, uid_t base)
{
	char path[64], map[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", m->helper.pid, which);
	snprintf(map, sizeof(map), "0 %u %u\n", base, USERNS_IDS);
	return file_write(AT_FDCWD, path, map);
}

int userns_get_user(struct userns_maker *m, uid_t base)
{
	int r = next_report(m);

	if (!r)
		r = write_map(m, "uid_map", base);
	if (!r)
		r = write_map(m, "gid_map", base);
	return r < 0 ? r : open_namespace(m, "user");
}

int userns_get_net(struct userns_maker *m)
{
	int r = next_report(m);

	return r < 0 ? r : open_namespace(m, "net");
}

void userns_done(struct userns_maker *m)
{
	int status;

	fd_auto(&m->channel_fd);
	m->channel_fd = -1;
	if (m->helper.pid_fd < 0)
		return;
	k_pidfd_send_signal(m->helper.pid_fd, SIGKILL);
	process_reap(&m->helper, &status);
	process_done(&m->helper);
}

int userns_of_net(int netns_fd)
{
	int fd = ioctl(netns_fd, NS_GET_USERNS);

	return fd < 0 ? -errno : fd;
}
