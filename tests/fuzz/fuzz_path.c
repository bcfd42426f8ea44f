/* SPDX-License-Identifier: MIT */
/*
 * Any three strings, parted by NUL: each is written in %XX and read back; of
 * those that are paths, to be above one another is a partial order.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/mem.h"
#include "cast/path.h"
#include "cast/percent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool claim)
{
	if (!claim)
		abort();
}

static void check_encoding(const char *text)
{
	AUTO(buf) struct buf encoded = {0}, again = {0};
	AUTO(mem) char *back = NULL, *decoded = NULL;

	percent_encode(&encoded, text);
	must(percent_length(text) == encoded.len);
	for (const char *p = buf_text(&encoded); *p; p++)
		must(*p > ' ' && *p <= '~' && !strchr(",:()=#;", *p));
	back = percent_decode(buf_text(&encoded), encoded.len);
	must(back && !strcmp(back, text));
	decoded = percent_decode(text, strlen(text));
	if (!decoded)
		return;
	percent_encode(&again, decoded);
	free(back);
	back = percent_decode(buf_text(&again), again.len);
	must(back && !strcmp(back, decoded));
}

static void check_pair(const char *a, const char *b)
{
	must(path_overlaps(a, b) == path_overlaps(b, a));
	must(path_overlaps(a, b) == (path_covers(a, b) || path_covers(b, a)));
	if (!path_covers(a, b))
		return;
	must(strlen(a) <= strlen(b));
	must(!path_covers(b, a) || !strcmp(a, b));
	must(!path_is_reserved(a) || !strcmp(a, "/") || path_is_reserved(b));
}

static void check_paths(const char *a, const char *b, const char *c)
{
	if (path_fault(a))
		return;
	must(path_covers(a, a) && path_covers("/", a));
	must(*a == '/' && !strstr(a, "//") && strlen(a) < CAST_PATH_MAX);
	must(!a[1] || a[strlen(a) - 1] != '/');
	if (path_fault(b))
		return;
	check_pair(a, b);
	if (!path_fault(c) && path_covers(a, b) && path_covers(b, c))
		must(path_covers(a, c));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(mem) char *text = mem_new0(size + 3);
	const char *strings[3], *next = text;

	if (size)
		memcpy(text, data, size);
	for (size_t i = 0; i < 3; i++) {
		strings[i] = next;
		check_encoding(next);
		next += strlen(next) + 1;
		if (next > text + size)
			next = text + size;
	}
	for (size_t i = 0; i < 3; i++)
		check_paths(strings[i], strings[(i + 1) % 3],
		            strings[(i + 2) % 3]);
	return 0;
}
