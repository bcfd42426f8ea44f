/* SPDX-License-Identifier: MIT */
/*
 * subhost-filter default | strict | FILE | -: write a seccomp program for the
 * machine's own architecture to standard output. The first two are made when
 * subhost is built; of a file (-: standard input) subhost runs this at a
 * start. Exit status 1 and one sentence on standard error if it cannot.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "filter/builtin.h"
#include "filter/profile.h"
#include "filter/program.h"

static int read_text(const char *path, struct buf *text, struct err *err)
{
	int r = strcmp(path, "-")
	                ? file_read(AT_FDCWD, path, PROFILE_MAX, text)
	                : file_read_fd(STDIN_FILENO, PROFILE_MAX, text);

	if (r < 0)
		return err_set(err, r, "cannot read it");
	if (strlen(buf_text(text)) != text->len)
		return err_say(err, -EINVAL, "it has a NUL in it");
	return 0;
}

static int make(struct program *p, const char *which, struct err *err)
{
	AUTO(buf) struct buf text = {0};
	int r;

	if (!strcmp(which, "default"))
		return builtin_default(p, err);
	if (!strcmp(which, "strict"))
		return builtin_strict(p, err);
	r = read_text(which, &text, err);
	return r < 0 ? r : profile_read(p, buf_text(&text), err);
}

int main(int argc, char **argv)
{
	AUTO(program) struct program p = {0};
	struct err err = {0};

	if (argc != 2) {
		fprintf(stderr, "usage: subhost-filter default|strict|FILE\n");
		return 2;
	}
	if (!make(&p, argv[1], &err) && !program_write(&p, 1, &err))
		return 0;
	if (strcmp(argv[1], "-"))
		fprintf(stderr, "%s: ", argv[1]);
	fprintf(stderr, "%s\n", err.text);
	return 1;
}
