/* SPDX-License-Identifier: MIT */
/* A fuzz target as a test: each file of a directory is given to it once, told
 * as TAP. A finding aborts. */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"

#define INPUT_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int is_input(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

static int replay(int dir_fd, const char *name)
{
	AUTO(buf) struct buf b = {0};
	int r = file_read(dir_fd, name, INPUT_MAX, &b);

	if (r < 0)
		return r;
	return LLVMFuzzerTestOneInput((const uint8_t *)buf_text(&b), b.len);
}

int main(int argc, char **argv)
{
	struct dirent **list = NULL;
	int n = argc == 2 ? scandir(argv[1], &list, is_input, alphasort) : -1;
	AUTO(fd) int dir_fd = -1;
	int failed = 0;

	if (n <= 0) {
		fprintf(stderr, "usage: %s DIRECTORY, with files in it\n",
		        *argv);
		return 2;
	}
	dir_fd = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	printf("1..%d\n", n);
	for (int i = 0; i < n; i++) {
		int r;

		fflush(stdout);
		r = replay(dir_fd, list[i]->d_name);
		failed |= r;
		printf("%sok %d - %s\n", r ? "not " : "", i + 1,
		       list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return !!failed;
}
