/* SPDX-License-Identifier: MIT */
/* subhost create NAME [--base B] [--image SIZE[:FS]] [--bridge BR]…
 * [--from SRC] */
#include <stdio.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/verb.h"
#include "manage/create.h"
#include "manage/interrupt.h"
#include "manage/progress.h"
#include "manage/workshop.h"

int verb_create(struct context *c, int argc, char **argv)
{
	AUTO(buf) struct buf notes = {0}, what = {0};
	struct progress progress;
	struct creation wish = {
		.places = &c->places,
		.base = c->base,
		.image = c->image,
		.from = c->from,
		.bridges = c->bridges,
		.n_bridges = c->n_bridges,
		.progress = &progress,
		.notes = &notes,
	};
	struct err err = {0};
	int r;

	if (argc != 1)
		return context_usage(c);
	if (!context_is_root(c))
		return EXIT_FAILED;
	wish.name = argv[0];
	buf_puts(&what, "create ");
	buf_escape(&what, argv[0]);
	interrupt_watch();
	workshop_sweep(&c->places, argv[0], NULL, &notes);
	progress_begin(&progress, what.data, c->is_quiet);
	r = create_sub(&wish, &err);
	progress_end(&progress);
	context_note(c, argv[0], &notes);
	if (r < 0)
		context_fail(c, &err);
	else if (!c->is_quiet)
		printf("%s is made: %s/%s\n", argv[0], c->places.subhost,
		       argv[0]);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
