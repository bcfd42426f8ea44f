/* SPDX-License-Identifier: MIT */

#include "sys/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/magic.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "sys/kernel.h"
#include "sys/mount.h"

#define LO_INDEX       1 /* the loopback device is the first of every namespace */
#define LINK_UP        1   /* IFF_UP; <linux/if.h> and <net/if.h> contradict */
#define ALIAS_BYTES    256 /* the kernel's IFALIASZ */
#define PATH_MAX_NETNS 128 /* NETNS_DIR and a name */

struct lo_request {
	struct nlmsghdr header;
	struct ifinfomsg link;
	struct nlattr attr;
	char alias[ALIAS_BYTES];
};

static int talk(int fd, struct nlmsghdr *request)
{
	_Alignas(struct nlmsghdr) char answer[1024];
	struct nlmsghdr *header = (void *)answer;
	struct nlmsgerr *ack = NLMSG_DATA(header);
	ssize_t n;

	if (send(fd, request, request->nlmsg_len, 0) < 0)
		return -errno;
	n = recv(fd, answer, sizeof(answer), 0);
	if (n < 0)
		return -errno;
	if ((size_t)n < NLMSG_LENGTH(sizeof(*ack)) ||
	    header->nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	return ack->error;
}

int netns_raise_lo(const char *alias)
{
	AUTO(fd)
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct lo_request req = {
		.header = {.nlmsg_type = RTM_NEWLINK,
	                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
		.link = {.ifi_index = LO_INDEX,
	                 .ifi_flags = LINK_UP,
	                 .ifi_change = LINK_UP},
		.attr.nla_type = IFLA_IFALIAS,
	};
	size_t len = strnlen(alias, sizeof(req.alias) - 1);

	if (fd < 0)
		return -errno;
	memcpy(req.alias, alias, len);
	req.attr.nla_len = (uint16_t)(NLA_HDRLEN + len);
	req.header.nlmsg_len = (uint32_t)(NLMSG_LENGTH(sizeof(req.link)) +
	                                  NLA_ALIGN(req.attr.nla_len));
	return talk(fd, &req.header);
}

/* A socket that belongs to another network namespace. */
static int socket_in(int netns_fd)
{
	AUTO(fd) int own_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int fd;

	if (own_fd < 0 || setns(netns_fd, CLONE_NEWNET) < 0)
		return -errno;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	fd = fd < 0 ? -errno : fd;
	/* Going on in the wrong namespace is worse than not at all. */
	if (setns(own_fd, CLONE_NEWNET) < 0)
		abort();
	return fd;
}

static void add_alias(struct nlmsghdr *link, struct buf *b)
{
	struct rtattr *attr = IFLA_RTA(NLMSG_DATA(link));
	int left = (int)IFLA_PAYLOAD(link);

	for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left))
		if (attr->rta_type == IFLA_IFALIAS)
			buf_add(b, RTA_DATA(attr),
			        strnlen(RTA_DATA(attr), RTA_PAYLOAD(attr)));
}

int netns_read_alias(int netns_fd, struct buf *b)
{
	AUTO(fd) int fd = socket_in(netns_fd);
	_Alignas(struct nlmsghdr) char answer[8192];
	struct nlmsghdr *header = (void *)answer;
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} req = {
		.header = {.nlmsg_len = sizeof(req),
	                   .nlmsg_type = RTM_GETLINK,
	                   .nlmsg_flags = NLM_F_REQUEST},
		.link.ifi_index = LO_INDEX,
	};
	ssize_t n;

	if (fd < 0)
		return fd;
	if (send(fd, &req, sizeof(req), 0) < 0)
		return -errno;
	n = recv(fd, answer, sizeof(answer), 0);
	if (n < 0)
		return -errno;
	if (!NLMSG_OK(header, (size_t)n) || header->nlmsg_type != RTM_NEWLINK)
		return -EPROTO;
	add_alias(header, b);
	return 0;
}

int netns_identify(int netns_fd, struct netns_identity *ret_identity)
{
	struct stat st;

	if (fstat(netns_fd, &st) < 0)
		return -errno;
	ret_identity->dev = st.st_dev;
	ret_identity->inode = st.st_ino;
	return 0;
}

static void path_of(const char *name, char path[static PATH_MAX_NETNS])
{
	snprintf(path, PATH_MAX_NETNS, NETNS_DIR "/%s", name);
}

int netns_pin(int netns_fd, const char *name)
{
	char path[PATH_MAX_NETNS], from[40];
	AUTO(fd) int fd = -1;
	int r = 0;

	if (mkdir(NETNS_DIR, 0755) < 0 && errno != EEXIST)
		return -errno;
	path_of(name, path);
	fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	snprintf(from, sizeof(from), "/proc/self/fd/%d", netns_fd);
	if (mount(from, path, NULL, MS_BIND, NULL) < 0) {
		r = -errno;
		unlink(path);
	}
	return r;
}

int netns_open(const char *name)
{
	char path[PATH_MAX_NETNS];
	AUTO(fd) int fd = -1;
	struct statfs fs;

	path_of(name, path);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) < 0)
		return -errno;
	return fs.f_type == NSFS_MAGIC ? fd_take(&fd) : -ENOENT;
}

int netns_unpin_leftover(const char *name)
{
	char path[PATH_MAX_NETNS];
	struct stat st;

	path_of(name, path);
	if (!lstat(path, &st) && S_ISREG(st.st_mode) && !st.st_size)
		unlink(path); /* busy, if anything is mounted there after all */
	return 0;
}

int netns_unpin(const char *name)
{
	char path[PATH_MAX_NETNS];

	path_of(name, path);
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 &&
	    errno != EINVAL && errno != ENOENT)
		return -errno;
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}
