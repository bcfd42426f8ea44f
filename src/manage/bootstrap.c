/* SPDX-License-Identifier: MIT */

#include "manage/bootstrap.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"
#include "manage/child.h"
#include "manage/source.h"
#include "manage/suite.h"
#include "sys/mount.h"
#include "sys/mounts.h"

#define BEST  "mmdebstrap"
#define OTHER "debootstrap"

int bootstrap_check(struct err *err)
{
	if (program_exists(BEST) || program_exists(OTHER))
		return 0;
	return err_say(err, -ENOENT,
	               "there is neither " BEST " nor " OTHER
	               " here; apt-get install " BEST);
}

/* --- what the host's apt knows --- */

/* What a program prints; "" when it cannot be asked. */
static void ask(const char *const *argv, struct buf *answer)
{
	struct program p = {.argv = argv, .output = answer};
	struct err ignored;

	if (program_exists(argv[0]) && program_run(&p, &ignored) < 0)
		answer->len = 0;
	buf_puts(answer, "");
}

static void read_targets(struct buf *targets)
{
	const char *argv[] = {"apt-get",    "indextargets",         "--format",
	                      SUITE_FIELDS, "Created-By: Packages", NULL};

	ask(argv, targets);
}

/* How it reaches its sources: proxies, and whether it believes in dates. */
static bool is_way(const char *line)
{
	const char *end = strchr(line, ' ');

	return end && !strncmp(line, "Acquire::", 9) &&
	       (!strncmp(line + 9, "Check-", 6) ||
	        (end - line > 7 && !strncasecmp(end - 7, "::Proxy", 7)));
}

static void add_ways(struct words *argv)
{
	const char *dump[] = {"apt-config", "dump", NULL};
	char *rest, *line;
	AUTO(buf) struct buf answer = {0};

	ask(dump, &answer);
	rest = answer.data;
	while (rest && (line = strsep(&rest, "\n"))) {
		AUTO(buf) struct buf option = {0};

		if (!is_way(line))
			continue;
		buf_printf(&option, "--aptopt=%s", line);
		words_add(argv, option.data);
	}
}

/* --- the program --- */

struct away {
	const char *subhost;
};

/* What the copy of the mount table would keep from being unmounted. */
static void let_go(void *arg, const struct mount_line *line)
{
	const struct away *a = arg;
	size_t len = strlen(a->subhost);

	if (!strncmp(line->point, a->subhost, len) && line->point[len] == '/')
		umount2(line->point, MNT_DETACH);
}

/* Mounts of its own, of which nothing comes to the host; and its own /proc. */
static int prepare(void *arg, struct err *err)
{
	const struct bootstrap *b = arg;
	struct away away = {b->subhost};
	AUTO(fd) int on_fd = -1;
	int r = unshare(CLONE_NEWNS);

	if (!r)
		r = mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	if (r < 0)
		return err_set(err, -errno, "cannot have mounts of its own");
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
	          NULL) < 0)
		return err_set(err, -errno, "cannot mount a /proc");
	mounts_each(getpid(), let_go, &away);
	setenv("TMPDIR", b->scratch, 1);
	if (b->image_fd < 0)
		return 0;
	on_fd = open(b->at, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	r = on_fd < 0 ? -errno : mount_attach(b->image_fd, on_fd);
	return r < 0 ? err_set(err, r, "cannot mount the image on %s", b->at)
	             : 0;
}

static int run(const struct bootstrap *b, const struct words *argv,
               const char *input, struct err *err)
{
	struct program p = {
		.argv = (const char *const *)argv->v,
		.input = input,
		.progress = b->progress,
		.prepare = prepare,
		.arg = (void *)(uintptr_t)b,
	};

	return program_run(&p, err);
}

static int run_best(const struct bootstrap *b, const char *lines,
                    struct err *err)
{
	const struct source *s = b->source;
	AUTO(words) struct words argv = {0};
	bool is_own = s->mirror || !*lines;

	words_add(&argv, BEST);
	words_add(&argv, "--mode=root");
	words_add(&argv, "--variant=minbase");
	add_ways(&argv);
	words_add(&argv, s->suite);
	words_add(&argv, b->path);
	if (s->mirror)
		words_add(&argv, s->mirror);
	else if (!is_own)
		words_add(&argv, "-");
	return run(b, &argv, is_own ? NULL : lines, err);
}

static int run_other(const struct bootstrap *b, const char *mirror,
                     struct err *err)
{
	const struct source *s = b->source;
	AUTO(words) struct words argv = {0};

	words_add(&argv, OTHER);
	words_add(&argv, "--variant=minbase");
	words_add(&argv, s->suite);
	words_add(&argv, b->path);
	if (s->mirror || *mirror)
		words_add(&argv, s->mirror ? s->mirror : mirror);
	return run(b, &argv, NULL, err);
}

int bootstrap_run(const struct bootstrap *b, struct err *err)
{
	AUTO(buf) struct buf targets = {0}, lines = {0}, mirror = {0};

	if (!b->source->mirror) {
		read_targets(&targets);
		suite_sources(b->source->suite, buf_text(&targets), &lines,
		              &mirror);
	}
	return program_exists(BEST) ? run_best(b, buf_text(&lines), err)
	                            : run_other(b, buf_text(&mirror), err);
}
