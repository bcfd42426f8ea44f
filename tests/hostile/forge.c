/* SPDX-License-Identifier: MIT */
/* forge SECONDS: answer for the kernel every netlink socket in our network
 * namespace: links that are not there, errors, ends of dumps. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct netlink_address {
	unsigned short family, pad;
	unsigned pid, groups;
};

struct message {
	unsigned len;
	unsigned short type, flags;
	unsigned seq, pid;
	int body[12];
};

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 2);
	int fd = socket(16, SOCK_RAW, 0), sent = 0;

	printf("ready\n");
	fflush(stdout);
	while (time(NULL) < end) {
		FILE *all = fopen("/proc/net/netlink", "r");
		char line[256];
		unsigned family, pid;

		while (all && fgets(line, sizeof(line), all)) {
			struct netlink_address to = {.family = 16};

			if (sscanf(line, "%*s %u %u", &family, &pid) != 2 ||
			    family || !pid || pid == (unsigned)getpid())
				continue;
			to.pid = pid;
			for (unsigned seq = 0; seq < 40; seq++) {
				static const unsigned short types[] = {2, 3,
				                                       16};
				struct message m = {.len = 16 + 36,
				                    .type = types[seq % 3],
				                    .seq = seq / 3 + 1};

				m.body[0] = -ENODEV;
				sent += sendto(fd, &m, m.len, 0, (void *)&to,
				               sizeof(to)) > 0;
			}
		}
		if (all)
			fclose(all);
	}
	printf("sent %d\n", sent);
	return 0;
}
