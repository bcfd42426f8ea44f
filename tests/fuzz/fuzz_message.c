/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as what a guest dropped into /.syscmd: a name up to the first NUL,
 * then the file. What was read is printed, and read once more.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "cast/message.h"
#include "cast/page.h"
#include "cast/percent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const char *file)
{
	char verb[MESSAGE_NAME_MAX], tag[MESSAGE_NAME_MAX];
	AUTO(buf) struct buf again = {0};

	if (message_name(file, verb, tag) < 0)
		return;
	buf_printf(&again, *tag ? "%s.%s" : "%s", verb, tag);
	if (strcmp(again.data, file) != 0 || strchr(file, '/'))
		abort();
}

/* A word as the guest's shell had it, unless it is not written as it should
 * be; then it is sent as it is. */
static char *decode(const char *word)
{
	char *text = percent_decode(word, strlen(word));

	return text ? text : mem_copy(word);
}

static void check_line(const struct words *words)
{
	AUTO(words) struct words plain = {0};
	AUTO(buf) struct buf line = {0};
	AUTO(message) struct message again = {0};
	struct err err = {0};

	for (size_t i = 0; i < words->n; i++) {
		AUTO(mem) char *text = decode(words->v[i]);

		if (!*text)
			abort();
		words_add(&plain, text);
	}
	message_print(plain.v, plain.n, &line);
	/* What is sent may be longer than what may be sent. */
	if (message_parse(line.data, line.len, &again, &err) < 0) {
		if (err.code != -E2BIG)
			abort();
		return;
	}
	if (again.n != 1 || again.lines[0].n != plain.n)
		abort();
	for (size_t i = 0; i < plain.n; i++) {
		AUTO(mem) char *text = NULL;
		char *colon = strchr(again.lines[0].v[i], ':');

		/* The ':' of PEER:/PATH is the only one. */
		if (colon)
			memmove(colon, colon + 1, strlen(colon));
		text = percent_decode(again.lines[0].v[i],
		                      strlen(again.lines[0].v[i]));
		if (!text || strlen(text) + !!colon != strlen(plain.v[i]))
			abort();
	}
}

static void check_message(const uint8_t *data, size_t size)
{
	AUTO(message) struct message m = {0};
	struct err err = {0};

	if (message_parse((const char *)data, size, &m, &err) < 0) {
		if (!*err.text || m.lines)
			abort();
		return;
	}
	if (!m.n || m.n > MESSAGE_LINES_MAX)
		abort();
	for (size_t i = 0; i < m.n; i++)
		check_line(&m.lines[i]);
}

/* The host writes the page, but what is in it comes from guests. */
static void check_page(const char *text)
{
	AUTO(page) struct page p = {0};
	AUTO(buf) struct buf table = {0};

	if (page_parse(&p, text) < 0)
		return;
	page_show(&p, true, &table);
	for (const char *c = table.data; *c; c++)
		if (*c != '\n' && (*c < ' ' || *c > '~'))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(buf) struct buf text = {0};
	const uint8_t *end = size ? memchr(data, '\0', size) : NULL;
	size_t name = end ? (size_t)(end - data) + 1 : size;

	buf_add(&text, data, size);
	check_name(text.data);
	check_page(text.data);
	check_message(data + name, size - name);
	check_message(data, size);
	return 0;
}
