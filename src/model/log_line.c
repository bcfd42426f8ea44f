/* SPDX-License-Identifier: MIT */

#include "model/log_line.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void log_stamp(uint64_t us, char ret_stamp[static LOG_STAMP_BYTES + 1])
{
	time_t seconds = (time_t)(us / 1000000);
	char text[80];
	struct tm tm;

	if (!gmtime_r(&seconds, &tm))
		tm = (struct tm){.tm_mday = 1};
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%06uZ",
	         (tm.tm_year + 1900) % 10000, tm.tm_mon + 1, tm.tm_mday,
	         tm.tm_hour, tm.tm_min, tm.tm_sec, (unsigned)(us % 1000000));
	memcpy(ret_stamp, text, LOG_STAMP_BYTES);
	ret_stamp[LOG_STAMP_BYTES] = '\0';
}

static void emit(struct log_piece *p, const char *bytes, size_t n)
{
	memcpy(p->out, bytes, n);
	p->out += n;
	p->room -= n;
	p->budget -= n < p->budget ? n : p->budget;
}

static void skip(struct log_piece *p, size_t n)
{
	p->in += n;
	p->n -= n;
}

static bool begin(struct log_line *l, const char *stamp, struct log_piece *p)
{
	if (!p->budget || p->room < LOG_HEAD_BYTES)
		return false;
	emit(p, stamp, LOG_STAMP_BYTES);
	emit(p, l->is_torn ? "+" : " ", 1);
	*l = (struct log_line){.in_line = true, .holds_cr = l->holds_cr};
	return true;
}

/* The return that was kept back belongs to the text after all. */
static void put_cr(struct log_line *l, struct log_piece *p)
{
	l->holds_cr = false;
	if (*p->in == '\n')
		return;
	emit(p, "\r", 1);
	l->len++;
}

/* Text up to the next newline, or as far as room and line go. */
static void put_text(struct log_line *l, struct log_piece *p)
{
	size_t n = p->n, len;
	const char *end;

	if (n > p->room)
		n = p->room;
	if (n > LOG_LINE_MAX - l->len + 1)
		n = LOG_LINE_MAX - l->len + 1;
	end = memchr(p->in, '\n', n);
	if (!end && n > LOG_LINE_MAX - l->len)
		n--;
	len = end ? (size_t)(end - p->in) : n;
	l->holds_cr = len && p->in[len - 1] == '\r';
	emit(p, p->in, len - l->holds_cr);
	l->len += (uint32_t)(len - l->holds_cr);
	skip(p, len);
	if (!end)
		return;
	emit(p, "\n", 1);
	skip(p, 1);
	*l = (struct log_line){0};
}

/* The line is as long as may be, and not over. */
static void put_past_end(struct log_line *l, struct log_piece *p)
{
	if (*p->in == '\r' && l->len == LOG_LINE_MAX) {
		l->holds_cr = true;
		skip(p, 1);
		return;
	}
	emit(p, "\n", 1);
	*l = (struct log_line){.is_torn = true};
}

void log_line_put(struct log_line *l, const char *stamp, struct log_piece *p)
{
	while (p->n) {
		if (!l->in_line && !begin(l, stamp, p))
			return;
		if (!p->room)
			return;
		if (l->holds_cr)
			put_cr(l, p);
		else if (l->len < LOG_LINE_MAX || *p->in == '\n')
			put_text(l, p);
		else
			put_past_end(l, p);
	}
}

size_t log_line_end(struct log_line *l, char *out)
{
	size_t n = 0;

	if (l->holds_cr)
		out[n++] = '\r';
	if (l->in_line)
		out[n++] = '\n';
	*l = (struct log_line){0};
	return n;
}

size_t log_line_tear(struct log_line *l, char *out)
{
	if (!l->in_line)
		return 0;
	*out = '\n';
	*l = (struct log_line){.is_torn = true, .holds_cr = l->holds_cr};
	return 1;
}
