/* SPDX-License-Identifier: MIT */

#include "run/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/auto.h"

#define MESSAGE_MAX 4096
#define DEPTH_MAX   32 /* of pid namespaces, Linux' limit */

int notify_make_name(char ret_name[static NOTIFY_NAME_BYTES])
{
	uint64_t random[2];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -errno;
	snprintf(ret_name, NOTIFY_NAME_BYTES, "@subhost-%016llx%016llx",
	         (unsigned long long)random[0], (unsigned long long)random[1]);
	return 0;
}

static int open_socket(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(name);
	socklen_t size =
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	AUTO(fd) int fd = -1;
	int on = 1;

	if (len < 2 || len > sizeof(address.sun_path) || *name != '@')
		return -EINVAL;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	memcpy(address.sun_path + 1, name + 1, len - 1);
	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, size) < 0)
		return -errno;
	return fd_take(&fd);
}

int notify_open(int net_fd, const char *name)
{
	AUTO(fd) int own_fd = -1;
	int fd;

	if (net_fd < 0)
		return open_socket(name);
	own_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (own_fd < 0 || setns(net_fd, CLONE_NEWNET) < 0)
		return -errno;
	fd = open_socket(name);
	/* Going on in the wrong namespace is worse than not at all. */
	if (setns(own_fd, CLONE_NEWNET) < 0)
		abort();
	return fd;
}

/* One line of a message. */
static void parse(struct notify *n, const char *line)
{
	static const char status[] = "STATUS=";

	if (!strcmp(line, "READY=1"))
		n->ready = true;
	else if (!strcmp(line, "STOPPING=1"))
		n->stopping = true;
	else if (!strncmp(line, status, sizeof(status) - 1))
		snprintf(n->status, sizeof(n->status), "%s",
		         line + sizeof(status) - 1);
}

static pid_t sender_of(struct msghdr *message)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(message);
	struct ucred credentials;

	if (!c || c->cmsg_level != SOL_SOCKET ||
	    c->cmsg_type != SCM_CREDENTIALS ||
	    c->cmsg_len < CMSG_LEN(sizeof(credentials)))
		return 0;
	memcpy(&credentials, CMSG_DATA(c), sizeof(credentials));
	return credentials.pid;
}

bool notify_take(int fd, struct notify *ret)
{
	/* No room for descriptors: they are closed on their way. */
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	char text[MESSAGE_MAX + 1], *rest = text, *line;
	struct iovec at = {text, MESSAGE_MAX};
	struct msghdr message = {.msg_iov = &at,
	                         .msg_iovlen = 1,
	                         .msg_control = &control,
	                         .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n < 0)
		return false;
	*ret = (struct notify){.sender = sender_of(&message)};
	text[n] = '\0';
	while ((line = strsep(&rest, "\n")))
		parse(ret, line);
	return true;
}

static int open_namespace(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static bool is_same(int a_fd, int b_fd)
{
	struct stat a, b;

	return !fstat(a_fd, &a) && !fstat(b_fd, &b) && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

bool notify_is_from(const struct notify *n, pid_t init, bool lenient)
{
	AUTO(fd) int wanted_fd = open_namespace(init);
	AUTO(fd) int fd = n->sender ? open_namespace(n->sender) : -EPERM;

	if (fd == -ENOENT || fd == -ESRCH)
		return lenient;
	for (int i = 0; wanted_fd >= 0 && fd >= 0 && i < DEPTH_MAX; i++) {
		int parent_fd;

		if (is_same(wanted_fd, fd))
			return true;
		parent_fd = ioctl(fd, NS_GET_PARENT);
		close(fd);
		fd = parent_fd;
	}
	return false;
}
