/* SPDX-License-Identifier: MIT */

#include "manage/progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"

#define EVERY_MS 100
#define COLUMNS  80 /* where the terminal does not say */

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void progress_begin(struct progress *p, const char *what, bool is_quiet)
{
	const char *term = getenv("TERM");

	*p = (struct progress){.what = what};
	p->is_shown = !is_quiet && isatty(STDERR_FILENO) &&
	              (!term || strcmp(term, "dumb") != 0);
}

void progress_print_bytes(uint64_t bytes, struct buf *b)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
	double n = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		buf_printf(b, "%u B", (unsigned)bytes);
		return;
	}
	/* What would be rounded to 1024.0 is 1.0 of the next. */
	for (; n >= 1023.95 && unit < 4; unit++)
		n /= 1024;
	buf_printf(b, "%.1f %s", n, units[unit]);
}

static void cut(struct buf *b, size_t from, unsigned columns)
{
	if (b->len - from <= columns)
		return;
	b->len = from + columns;
	b->data[b->len] = '\0';
}

void progress_print(const struct progress *p, unsigned columns, struct buf *b)
{
	size_t from = b->len;

	buf_printf(b, "%s: %ju file%s, ", p->what, (uintmax_t)p->files,
	           p->files == 1 ? "" : "s");
	progress_print_bytes(p->bytes, b);
	cut(b, from, columns);
}

/* One less than there are: in the last one a terminal may go on to the next
 * line. */
static unsigned columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 2)
		return COLUMNS - 1;
	return size.ws_col - 1u;
}

static void draw(struct progress *p, const struct buf *line)
{
	fprintf(stderr, "\r%s\033[K", buf_text(line));
	fflush(stderr);
	p->drawn = now_ms();
}

void progress_add(struct progress *p, uint64_t files, uint64_t bytes)
{
	AUTO(buf) struct buf line = {0};

	p->files += files;
	p->bytes += bytes;
	if (!p->is_shown || now_ms() - p->drawn < EVERY_MS)
		return;
	progress_print(p, columns(), &line);
	draw(p, &line);
}

void progress_say(struct progress *p, const char *text)
{
	AUTO(buf) struct buf line = {0};

	if (!p->is_shown)
		return;
	buf_printf(&line, "%s: ", p->what);
	buf_escape(&line, text);
	cut(&line, 0, columns());
	draw(p, &line);
}

void progress_end(struct progress *p)
{
	if (p->is_shown) /* a child may have drawn it */
		fprintf(stderr, "\r\033[K");
	p->is_shown = false;
}
