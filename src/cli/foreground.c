/* SPDX-License-Identifier: MIT */

#include "cli/foreground.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/verb.h"
#include "run/birth.h"

const char *foreground_term(void)
{
	const char *term = getenv("TERM");

	if (!term || !*term || strlen(term) > 64 ||
	    strspn(term,
	           "abcdefghijklmnopqrstuvwxyz"
	           "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+._") != strlen(term))
		return NULL;
	return term;
}

int foreground_words(const struct context *c, int argc, char **argv,
                     char *const **ret_command)
{
	bool has_command = argc > 1 && !strcmp(argv[1], "--");

	if (argc > 1 && !has_command && strcmp(argv[0], "--"))
		fprintf(stderr, "%s: a command goes behind --: %s %s -- %s\n",
		        c->program, c->verb->name, argv[0], argv[1]);
	if (argc < 1 || !strcmp(argv[0], "--") || (argc > 1 && !has_command) ||
	    (has_command && argc == 2))
		return -EINVAL;
	*ret_command = has_command ? argv + 2 : NULL;
	return 0;
}

/* Not a directory, which leads up and out of its root; and of a terminal, which
 * may be the host's only to write on, no more than that. */
int foreground_restrict(struct err *err)
{
	for (int i = 0; i < 3; i++) {
		AUTO(fd) int fd = -1;
		char path[32];
		struct stat st;

		if (fstat(i, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			return err_say(err, -EISDIR,
			               "descriptor %d is a directory, which a "
			               "guest must not have",
			               i);
		if (!isatty(i))
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", i);
		fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
		if (fd < 0 || dup2(fd, i) < 0)
			return err_set(err, -errno,
			               "cannot open descriptor %d for writing",
			               i);
	}
	return 0;
}

int foreground_failure(const struct launched *l)
{
	if (l->not_found)
		return EXIT_NOT_FOUND;
	return l->not_executable ? EXIT_NOT_EXECUTABLE : EXIT_OURS;
}

int foreground_status(const struct ending *ending)
{
	return ending->number + (ending->by_signal ? 128 : 0);
}
