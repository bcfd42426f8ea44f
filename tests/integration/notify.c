/* SPDX-License-Identifier: MIT */
/* notify TEXT…: send each to NOTIFY_SOCKET, as sd_notify(3) does. With -o a
 * descriptor goes along; with -p PATH…, that is where to send it. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static int send_one(int fd, const struct sockaddr_un *to, socklen_t size,
                    const char *text, int with)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec at = {(void *)text, strlen(text)};
	struct msghdr message = {.msg_name = (void *)to,
	                         .msg_namelen = size,
	                         .msg_iov = &at,
	                         .msg_iovlen = 1};

	if (with >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &with, sizeof(with));
	}
	return sendmsg(fd, &message, 0) < 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	const char *name = getenv("NOTIFY_SOCKET");
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), with = -1;

	argv++;
	if (*argv && !strcmp(*argv, "-o")) {
		with = 0;
		argv++;
	}
	if (*argv && argv[1] && !strcmp(*argv, "-p")) {
		name = argv[1];
		argv += 2;
	}
	if (!name || *name != '@' || strlen(name) > sizeof(to.sun_path)) {
		fprintf(stderr, "notify: no NOTIFY_SOCKET\n");
		return 2;
	}
	memcpy(to.sun_path + 1, name + 1, strlen(name) - 1);
	for (; *argv; argv++) {
		if (!send_one(
			    fd, &to,
			    (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
		                        strlen(name)),
			    *argv, with))
			continue;
		fprintf(stderr, "notify: %s: %s\n", name, strerror(errno));
		return 1;
	}
	return argc < 1;
}
