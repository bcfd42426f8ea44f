/* SPDX-License-Identifier: MIT */
/*
 * A line is "=KIND FIELD…", the fields parted by one blank and written %XX,
 * where no '=' is left. So what follows a line's last '=' is whole, even where
 * one that was cut short stands before it.
 *
 *   =c|t|w ID DEV INO SINCE MODE d|f TARGET GIVER PATH PLACE REASON
 *   =x TARGET
 *   =r RECEIVER
 *   =m SYSCMD REPLIES
 *
 * Numbers are hexadecimal; a path that is the target's is ".".
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/mem.h"
#include "cast/casts.h"
#include "cast/ledger.h"
#include "cast/percent.h"

#define FIELDS_MAX 12
#define USUAL_LINE 80 /* bytes */

/* By enum held_kind. */
static const char kinds[] = "ctwx";

struct field {
	char *at;
	size_t len;
	bool is_encoded;
};

struct line {
	struct field f[FIELDS_MAX + 1]; /* the last is one too many */
	size_t n;                       /* 0: it has no '=' */
};

static void end_field(struct line *line, const char *end)
{
	if (line->n)
		line->f[line->n - 1].len =
			(size_t)(end - line->f[line->n - 1].at);
}

static void begin_field(struct line *line, char *at)
{
	if (line->n <= FIELDS_MAX)
		line->n++;
	line->f[line->n - 1] = (struct field){.at = at};
}

/* The fields of the line that begins there, and the next one; NULL: the line
 * is cut short. */
static char *split(char *at, struct line *line)
{
	static const bool parts[256] = {
		['\0'] = true, ['\n'] = true, [' '] = true,
		['%'] = true,  ['='] = true,
	};

	line->n = 0;
	for (;; at++) {
		while (!parts[(unsigned char)*at])
			at++;
		if (*at == ' ' && line->n) {
			end_field(line, at);
			begin_field(line, at + 1);
		} else if (*at == '=') {
			line->n = 0;
			begin_field(line, at + 1);
		} else if (*at == '%' && line->n) {
			line->f[line->n - 1].is_encoded = true;
		} else if (*at == '\n') {
			end_field(line, at);
			return at + 1;
		} else if (!*at) {
			return NULL;
		}
	}
}

static bool read_number(const struct field *f, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (!f->len || f->len > 16)
		return false;
	for (size_t i = 0; i < f->len; i++) {
		char c = f->at[i];

		if (c >= '0' && c <= '9')
			number = number << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			number = number << 4 | (uint64_t)(c - 'a' + 10);
		else
			return false;
	}
	*ret_number = number;
	return true;
}

/* The text is where the field was: it is no longer than that. */
static bool read_text(const struct field *f, char **ret_text)
{
	AUTO(mem) char *decoded = NULL;

	f->at[f->len] = '\0';
	if (f->is_encoded) {
		decoded = percent_decode(f->at, f->len);
		if (!decoded)
			return false;
		memcpy(f->at, decoded, strlen(decoded) + 1);
	}
	*ret_text = f->at;
	return true;
}

static bool read_target(const struct field *f, char **ret_target)
{
	return *f->at == '/' && read_text(f, ret_target);
}

static bool read_path(const struct field *f, char *target, char **ret_path)
{
	if (f->len != 1 || *f->at != '.')
		return read_text(f, ret_path);
	*ret_path = target;
	return true;
}

static void read_held(struct ledger *l, enum held_kind kind,
                      const struct field *f)
{
	struct held h = {.kind = kind};
	uint64_t mode;

	if (!read_number(&f[1], &h.id) || !read_number(&f[2], &h.dev) ||
	    !read_number(&f[3], &h.ino) || !read_number(&f[4], &h.since) ||
	    !read_number(&f[5], &mode) || mode > (CAST_RO | CAST_NOEXEC) ||
	    f[6].len != 1 || (*f[6].at != 'd' && *f[6].at != 'f'))
		return;
	h.mode = (unsigned)mode;
	h.is_dir = *f[6].at == 'd';
	if (read_target(&f[7], &h.target) && read_text(&f[8], &h.giver) &&
	    read_path(&f[9], h.target, &h.path) &&
	    read_path(&f[10], h.target, &h.place) &&
	    read_text(&f[11], &h.reason))
		ledger_take(l, &h);
}

static void read_gone(struct ledger *l, const struct field *target)
{
	struct held h = {.kind = HELD_GONE};

	if (read_target(target, &h.target))
		ledger_take(l, &h);
}

static void read_receiver(struct ledger *l, const struct field *name)
{
	char *receiver;

	if (!name->len || !read_text(name, &receiver))
		return;
	l->receivers = mem_resize(l->receivers, l->n_receivers + 1,
	                          sizeof(*l->receivers));
	l->receivers[l->n_receivers++] = receiver;
}

static void read_syscmd(struct ledger *l, const struct field *f)
{
	uint64_t syscmd, replies;

	if (!read_number(&f[1], &syscmd) || !read_number(&f[2], &replies))
		return;
	l->syscmd = syscmd;
	l->replies = replies;
}

static void read_line(struct ledger *l, const struct line *line)
{
	const struct field *f = line->f;
	const char *kind;

	if (!line->n || f->len != 1)
		return;
	kind = strchr(kinds, *f->at);
	if (kind && *kind == kinds[HELD_GONE] && line->n == 2)
		read_gone(l, &f[1]);
	else if (kind && *kind != kinds[HELD_GONE] && line->n == FIELDS_MAX)
		read_held(l, (enum held_kind)(kind - kinds), f);
	else if (*f->at == 'r' && line->n == 2)
		read_receiver(l, &f[1]);
	else if (*f->at == 'm' && line->n == 3)
		read_syscmd(l, f);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Each one once. They all lie in l->text. */
static void settle_receivers(struct ledger *l)
{
	size_t n = 0;

	if (l->n_receivers)
		qsort(l->receivers, l->n_receivers, sizeof(*l->receivers),
		      compare_texts);
	for (size_t i = 0; i < l->n_receivers; i++)
		if (!n || strcmp(l->receivers[n - 1], l->receivers[i]) != 0)
			l->receivers[n++] = l->receivers[i];
	l->n_receivers = n;
}

void ledger_parse(struct ledger *l, const char *text)
{
	struct line line;
	char *at;

	assert(!l->text);
	l->text_len = strlen(text);
	l->text = at = mem_copy(text);
	ledger_make_room(l, l->text_len / USUAL_LINE);
	while (at && *at) {
		l->lines++;
		at = split(at, &line);
		if (at)
			read_line(l, &line);
	}
	settle_receivers(l);
}

static void print_text(const char *text, struct buf *b)
{
	buf_putc(b, ' ');
	if (text)
		percent_encode(b, text);
}

static void print_path(const char *path, const char *target, struct buf *b)
{
	if (path && !strcmp(path, target))
		buf_puts(b, " .");
	else
		print_text(path, b);
}

void ledger_print_held(const struct held *h, struct buf *b)
{
	buf_printf(b, "=%c", kinds[h->kind]);
	if (h->kind != HELD_GONE)
		buf_printf(b,
		           " %" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64
		           " %x %c",
		           h->id, h->dev, h->ino, h->since, h->mode,
		           h->is_dir ? 'd' : 'f');
	print_text(h->target, b);
	if (h->kind != HELD_GONE) {
		print_text(h->giver, b);
		print_path(h->path, h->target, b);
		print_path(h->place, h->target, b);
		print_text(h->reason, b);
	}
	buf_putc(b, '\n');
}

void ledger_print_receiver(const char *receiver, struct buf *b)
{
	buf_puts(b, "=r");
	print_text(receiver, b);
	buf_putc(b, '\n');
}

void ledger_print_syscmd(uint64_t syscmd, uint64_t replies, struct buf *b)
{
	buf_printf(b, "=m %" PRIx64 " %" PRIx64 "\n", syscmd, replies);
}

void ledger_print(const struct ledger *l, struct buf *b)
{
	if (l->syscmd || l->replies)
		ledger_print_syscmd(l->syscmd, l->replies, b);
	for (size_t i = 0; i < l->n_receivers; i++)
		ledger_print_receiver(l->receivers[i], b);
	for (size_t i = 0; i < l->n; i++)
		ledger_print_held(&l->v[i], b);
}
