/* SPDX-License-Identifier: MIT */

#include "cast/message.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "cast/percent.h"

#define VERB_MAX 32
#define LOWER    "abcdefghijklmnopqrstuvwxyz"
#define UPPER    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS   "0123456789"
#define IN_VERB  LOWER DIGITS "_-"
#define IN_TAG   LOWER UPPER DIGITS "_.-"
#define BLANKS   " \t"

int message_name(const char *file, char *ret_verb, char *ret_tag)
{
	size_t verb = strspn(file, IN_VERB), tag = 0;
	const char *rest = file + verb;

	if (!verb || verb > VERB_MAX || !strchr(LOWER, *file))
		return -EINVAL;
	if (*rest == '.') {
		tag = strspn(++rest, IN_TAG);
		if (!tag || tag > MESSAGE_TAG_MAX)
			return -EINVAL;
	}
	if (rest[tag])
		return -EINVAL;
	memcpy(ret_verb, file, verb);
	ret_verb[verb] = '\0';
	memcpy(ret_tag, rest, tag);
	ret_tag[tag] = '\0';
	return 0;
}

void message_done(struct message *m)
{
	for (size_t i = 0; i < m->n; i++)
		words_done(&m->lines[i]);
	free(m->lines);
	*m = (struct message){0};
}

static bool is_control(char c)
{
	return ((unsigned char)c < ' ' && c != '\t' && c != '\n') || c == 0x7f;
}

static struct words *add_line(struct message *m)
{
	m->lines = mem_resize(m->lines, m->n + 1, sizeof(*m->lines));
	m->lines[m->n] = (struct words){0};
	return &m->lines[m->n++];
}

static int read_line(struct message *m, char *line, struct err *err)
{
	struct words *words;

	if (!line[strspn(line, BLANKS)])
		return 0;
	if (m->n == MESSAGE_LINES_MAX)
		return err_say(err, -E2BIG, "more than %d lines",
		               MESSAGE_LINES_MAX);
	words = add_line(m);
	for (char *word; (word = strsep(&line, BLANKS));)
		if (*word)
			words_add(words, word);
	return 0;
}

static int check_bytes(const char *bytes, size_t len, struct err *err)
{
	if (len > MESSAGE_MAX)
		return err_say(err, -E2BIG, "more than %d bytes", MESSAGE_MAX);
	for (size_t i = 0; i < len; i++)
		if (is_control(bytes[i]))
			return err_say(err, -EINVAL,
			               "byte %zu is a control character",
			               i + 1);
	return 0;
}

int message_parse(const char *bytes, size_t len, struct message *ret,
                  struct err *err)
{
	AUTO(message) struct message m = {0};
	AUTO(buf) struct buf text = {0};
	char *rest;
	int r = check_bytes(bytes, len, err);

	if (r < 0)
		return r;
	buf_add(&text, bytes, len);
	rest = text.data;
	for (char *line; (line = strsep(&rest, "\n"));) {
		r = read_line(&m, line, err);
		if (r < 0)
			return r;
	}
	if (!m.n)
		add_line(&m);
	*ret = m;
	m = (struct message){0};
	return 0;
}

/* In PEER:/PATH the first ':' parts, and stays; so where the path begins, or
 * NULL for a word that has no such part. */
static const char *find_path(const char *word)
{
	const char *colon = strchr(word, ':');

	return colon && colon != word && *word != '/' && colon[1] == '/'
	               ? colon + 1
	               : NULL;
}

static void print_word(const char *word, struct buf *b)
{
	AUTO(mem) char *peer = mem_copy(word);
	const char *path = find_path(word);

	if (path) {
		peer[path - word - 1] = '\0';
		percent_encode(b, peer);
		buf_putc(b, ':');
	}
	percent_encode(b, path ? path : word);
}

void message_print(char *const *words, size_t n, struct buf *b)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(b, ' ');
		print_word(words[i], b);
	}
	buf_putc(b, '\n');
}
