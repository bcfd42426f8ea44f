/* SPDX-License-Identifier: MIT */
/* subhost casts edit: an editor on a copy of casts.ini, which takes its place
 * only when it can be read; subhost casts check. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "cast/casts.h"
#include "cast/ini.h"
#include "casting/casting.h"
#include "casting/store.h"
#include "cli/context.h"
#include "cli/verb.h"
#include "run/launcher.h"

#define COPY ".casts.ini.edit"

static const char *choose_editor(void)
{
	const char *editor = getenv("VISUAL");

	if (!editor || !*editor)
		editor = getenv("EDITOR");
	return editor && *editor ? editor : "vi";
}

/* It is the administrator's own, words and all, as for every such program. */
static int run_editor(const char *path, struct err *err)
{
	AUTO(buf) struct buf command = {0};
	int status = 0;
	pid_t pid;

	buf_printf(&command, "%s \"$0\"", choose_editor());
	pid = fork();
	if (!pid) {
		execl("/bin/sh", "sh", "-c", command.data, path, NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return err_set(err, -errno, "cannot run %s", choose_editor());
	return status ? err_say(err, -ECANCELED,
	                        "%s failed; casts.ini is as it was",
	                        choose_editor())
	              : 0;
}

static int parse(const struct buf *text, const char *where, struct err *err)
{
	AUTO(casts) struct casts casts = {0};

	return ini_parse(buf_text(text), text->len, where, &casts, err);
}

static bool wants_to_edit_again(const struct err *err)
{
	int c, answer;

	fprintf(stderr, "%s\nedit again? [Y/n] ", err->text);
	answer = getchar();
	for (c = answer; c != '\n' && c != EOF;)
		c = getchar();
	return answer != EOF && answer != 'n' && answer != 'N';
}

/* Until it can be read, or the user gives up. */
static int edit_copy(int dir_fd, const char *path, struct buf *text,
                     struct err *err)
{
	for (;;) {
		int r = run_editor(path, err);

		text->len = 0;
		if (!r) {
			r = file_read(dir_fd, COPY, STORE_MAX, text);
			if (r < 0)
				return err_set(err, r, "cannot read %s", path);
			r = parse(text, path, err);
			if (!r)
				return 0;
		}
		if (r == -ECANCELED || !wants_to_edit_again(err))
			return r;
	}
}

static int replace(const struct context *c, int dir_fd, const struct buf *text,
                   const struct stamp *before, struct err *err)
{
	AUTO(casting) struct casting casting = CASTING_NONE;
	int run_fd = -1, r = places_hold_run(&c->places, &run_fd);

	if (r < 0)
		return err_set(err, r, "cannot open %s", c->places.run);
	r = casting_begin(&casting, &c->places, CASTING_SECONDS, err);
	if (!r && memcmp(before, &casting.stamp, sizeof(*before)))
		r = err_say(err, -EBUSY,
		            "casts.ini has changed meanwhile; what you wrote "
		            "is in %s/" COPY,
		            c->places.etc);
	if (!r) {
		r = file_replace_synced(dir_fd, STORE_FILE, 0600,
		                        buf_text(text));
		if (r < 0)
			err_set(err, r, "cannot write %s/" STORE_FILE,
			        c->places.etc);
	}
	casting_let_go(&casting);
	if (!r)
		r = casting_begin(&casting, &c->places, CASTING_SECONDS, err);
	if (!r)
		r = casting_tend(&casting, NULL, err);
	casting_let_go(&casting);
	launcher_leave_run(&c->places, &run_fd);
	return r;
}

static int edit(const struct context *c, struct err *err)
{
	AUTO(casting) struct casting casting = CASTING_NONE;
	AUTO(buf) struct buf path = {0}, text = {0};
	AUTO(fd) int dir_fd = -1;
	int r = casting_look(&casting, &c->places, err);

	if (r < 0)
		return r;
	r = file_make_dirs(c->places.etc, 0755);
	dir_fd = open(c->places.etc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r < 0 || dir_fd < 0)
		return err_set(err, r < 0 ? r : -errno, "cannot open %s",
		               c->places.etc);
	buf_printf(&path, "%s/" COPY, c->places.etc);
	r = file_replace(dir_fd, COPY, casting.text ? casting.text : "");
	if (r < 0)
		return err_set(err, r, "cannot write %s", path.data);
	r = edit_copy(dir_fd, path.data, &text, err);
	if (!r && strcmp(buf_text(&text), casting.text ? casting.text : ""))
		r = replace(c, dir_fd, &text, &casting.stamp, err);
	if (r != -EBUSY)
		unlinkat(dir_fd, COPY, 0);
	return r;
}

static int check(const struct context *c, struct err *err)
{
	AUTO(casting) struct casting casting = CASTING_NONE;
	int r = casting_look(&casting, &c->places, err);

	if (r < 0)
		return r;
	if (casting.fault)
		return err_say(err, -EINVAL, "%s", casting.fault);
	printf("%s/" STORE_FILE ": %zu offers, %zu acceptances, %zu blocks\n",
	       c->places.etc, casting.casts.n_offers,
	       casting.casts.n_acceptances, casting.casts.n_blocks);
	return 0;
}

int verb_casts(struct context *c, int argc, char **argv)
{
	struct err err = {0};
	bool edits = argc == 1 && !strcmp(argv[0], "edit");
	int r;

	if (argc != 1 || (!edits && strcmp(argv[0], "check")))
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	r = edits ? edit(c, &err) : check(c, &err);
	if (r < 0)
		context_fail(c, &err);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
