/* SPDX-License-Identifier: MIT */
/* keys: every key that can be found or read: by the special keyrings, by name,
 * by number. keys add NAME: one more, in the keyring of the user. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char text[256];
	long n;

	if (argc == 3)
		return syscall(SYS_add_key, "user", argv[2], "treasure", 8,
		               -4) < 0;
	for (int ring = -1; ring >= -8; ring--) {
		n = syscall(SYS_keyctl, 10, ring, "user", "host-treasure", 0);
		if (n > 0)
			printf("found in %d\n", ring);
		n = syscall(SYS_keyctl, 6, ring, text, sizeof(text));
		if (n >= 0)
			printf("keyring %d described\n", ring);
	}
	if (syscall(SYS_request_key, "user", "host-treasure", 0, -3) > 0)
		printf("requested\n");
	for (int i = 1; argc == 2 && i < 2; i++) {
		n = syscall(SYS_keyctl, 11, strtol(argv[1], NULL, 16), text,
		            sizeof(text));
		if (n > 0)
			printf("read %.*s\n", (int)n, text);
	}
	return 0;
}
