/* SPDX-License-Identifier: MIT */

#include "casting/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "cast/percent.h"
#include "sub/event.h"
#include "sub/place.h"

#define JOURNAL_MAX (4 << 20)
#define FIELDS      9

static const char *const kinds[] = {
	[EFFECT_OFFERED] = "offered",   [EFFECT_WITHDRAWN] = "withdrawn",
	[EFFECT_ACCEPTED] = "accepted", [EFFECT_DROPPED] = "dropped",
	[EFFECT_BLOCKED] = "blocked",   [EFFECT_LIFTED] = "lifted",
	[EFFECT_SKIPPED] = "skipped",
};

static void put(struct buf *b, const char *text)
{
	buf_putc(b, '\t');
	if (text)
		percent_encode(b, text);
	else
		buf_putc(b, '-');
}

static void print(const struct effect *e, const char *actor, const char *by,
                  struct buf *b)
{
	buf_printf(b, "%" PRIu64, (uint64_t)time(NULL));
	put(b, actor);
	put(b, by);
	put(b, kinds[e->kind]);
	put(b, e->giver);
	put(b, e->path);
	put(b, e->receiver);
	put(b, e->target);
	put(b, e->reason);
	buf_putc(b, '\n');
}

static void add_end(struct buf *b, const char *before, const char *peer,
                    const char *path)
{
	if (!peer && !path)
		return;
	buf_puts(b, b->len ? before : "");
	buf_puts(b, peer ? peer : "");
	buf_puts(b, peer && path ? ":" : "");
	buf_puts(b, path ? path : "");
}

/* "db:/a to web:/b, by guest caston.110" */
static void tell(const struct places *places, const struct effect *e,
                 const char *actor, const char *by)
{
	AUTO(buf) struct buf text = {0};

	add_end(&text, "", e->giver, e->path);
	add_end(&text, " to ", e->receiver, e->target);
	if (e->reason)
		buf_printf(&text, ": %s", e->reason);
	buf_printf(&text, ", by %s", by);
	event_add(places, actor, kinds[e->kind], buf_text(&text));
}

/* Half of it goes, whole lines, when it is full. */
static int shorten(int dir_fd)
{
	AUTO(buf) struct buf text = {0};
	const char *half;
	int r = file_read(dir_fd, JOURNAL_FILE, 2 * JOURNAL_MAX, &text);

	if (r < 0)
		return r;
	half = strchr(buf_text(&text) + text.len / 2, '\n');
	return file_replace(dir_fd, JOURNAL_FILE, half ? half + 1 : "");
}

int journal_add(const struct places *places, const char *actor, const char *by,
                const struct effects *effects)
{
	AUTO(fd) int dir_fd = -1;
	AUTO(fd) int fd = -1;
	AUTO(buf) struct buf lines = {0};
	struct stat st;
	ssize_t n;
	int r = places_hold_state(places, &dir_fd);

	if (r < 0)
		return r;
	for (size_t i = 0; i < effects->n; i++)
		print(&effects->v[i], actor, by, &lines);
	for (size_t i = 0; i < effects->n; i++)
		tell(places, &effects->v[i], actor, by);
	if (!lines.len)
		return 0;
	if (!fstatat(dir_fd, JOURNAL_FILE, &st, AT_SYMLINK_NOFOLLOW) &&
	    st.st_size > JOURNAL_MAX)
		r = shorten(dir_fd);
	if (r < 0)
		return r;
	fd = openat(dir_fd, JOURNAL_FILE,
	            O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	            0600);
	if (fd < 0)
		return -errno;
	n = write(fd, lines.data, lines.len);
	return n < 0 ? -errno : (size_t)n < lines.len ? -ENOSPC : 0;
}

void journal_entry_done(struct journal_entry *e)
{
	free(e->actor);
	free(e->by);
	free(e->effect.giver);
	free(e->effect.path);
	free(e->effect.receiver);
	free(e->effect.target);
	free(e->effect.reason);
	*e = (struct journal_entry){0};
}

static bool says(const char *field, const char *text)
{
	AUTO(mem) char *plain = percent_decode(field, strlen(field));

	return plain && text && !strcmp(plain, text);
}

static char *take(const char *field)
{
	return strcmp(field, "-") ? percent_decode(field, strlen(field)) : NULL;
}

/* TIME ACTOR BY KIND GIVER PATH RECEIVER TARGET REASON. An offer to all has
 * no receiver. */
static bool parse(char *line, enum effect_kind kind, const struct effect *about,
                  struct journal_entry *ret)
{
	char *field[FIELDS], *rest = line;

	for (size_t i = 0; i < FIELDS; i++)
		field[i] = strsep(&rest, "\t");
	if (!field[FIELDS - 1] || !says(field[3], kinds[kind]) ||
	    !says(field[4], about->giver) || !says(field[5], about->path) ||
	    (strcmp(field[6], "-") && !says(field[6], about->receiver)))
		return false;
	journal_entry_done(ret);
	*ret = (struct journal_entry){
		.time = strtoull(field[0], NULL, 10),
		.actor = take(field[1]),
		.by = take(field[2]),
		.effect = {.kind = kind,
	                   .giver = take(field[4]),
	                   .path = take(field[5]),
	                   .receiver = take(field[6]),
	                   .target = take(field[7])},
	};
	return true;
}

int journal_find(const struct places *places, enum effect_kind kind,
                 const struct effect *about, struct journal_entry *ret,
                 struct err *err)
{
	AUTO(buf) struct buf text = {0}, path = {0};
	char *rest, *line;
	bool found = false;
	int r;

	buf_printf(&path, "%s/" JOURNAL_FILE, places->state);
	r = file_read(AT_FDCWD, path.data, 2 * JOURNAL_MAX, &text);
	if (r < 0)
		return r == -ENOENT
		               ? 1
		               : err_set(err, r, "cannot read %s", path.data);
	rest = text.data;
	while (rest && (line = strsep(&rest, "\n")))
		found |= parse(line, kind, about, ret);
	return found ? 0 : 1;
}
