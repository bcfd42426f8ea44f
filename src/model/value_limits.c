/* SPDX-License-Identifier: MIT */
/* The values of limits and devices. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/words.h"
#include "model/config.h"
#include "model/value.h"

#define DIGITS      "0123456789"
#define BYTES_MIN   65536ull /* less than any program starts with */
#define CPU_MAX_MAX 1024
#define WEIGHT_MAX  10000
#define PIDS_MAX    4194304u /* the kernel's largest pid_max */
#define DEVICES_MAX 64

static const char units[] = "KMGT"; /* of 1024 each */

int value_read_bytes(const struct value *v, void *field)
{
	static const char needed[] =
		"a number of bytes is needed, 64K or more, as 512M or 2G";
	const char *text = value_take_text(v), *unit;
	unsigned long long number;
	size_t digits;

	if (!text)
		return -EINVAL;
	digits = strspn(text, DIGITS);
	if (!digits || digits > 18 || (text[digits] && text[digits + 1]))
		return value_refuse_text(v, text, needed);
	number = strtoull(text, NULL, 10);
	unit = text[digits] ? strchr(units, text[digits]) : NULL;
	if (text[digits] && !unit)
		return value_refuse_text(v, text, needed);
	for (const char *u = units; unit && u <= unit; u++) {
		if (number > UINT64_MAX / 2 / 1024)
			return value_refuse_text(v, text, needed);
		number *= 1024;
	}
	if (number < BYTES_MIN)
		return value_refuse_text(v, text, needed);
	*(uint64_t *)field = number;
	return 0;
}

void value_print_bytes(struct buf *b, const void *field)
{
	uint64_t number = *(const uint64_t *)field;
	int unit = -1;

	if (!number)
		return;
	while (unit < 3 && !(number % 1024)) {
		number /= 1024;
		unit++;
	}
	buf_printf(b, "%" PRIu64, number);
	if (unit >= 0)
		buf_putc(b, units[unit]);
}

/* "1.5" as 150: whole, or one or two digits behind a point. */
int value_read_cpus(const struct value *v, void *field)
{
	static const char needed[] =
		"a number of CPUs is needed, 0.01 to 1024, as 1.5";
	const char *text = value_take_text(v), *rest;
	unsigned long whole, part = 0;
	size_t digits, behind;

	if (!text)
		return -EINVAL;
	digits = strspn(text, DIGITS);
	rest = text + digits;
	behind = *rest == '.' ? strspn(rest + 1, DIGITS) : 0;
	if (!digits || digits > 4 || behind > 2 || (*rest == '.' && !behind) ||
	    (*rest && (*rest != '.' || rest[1 + behind])))
		return value_refuse_text(v, text, needed);
	whole = strtoul(text, NULL, 10);
	if (behind)
		part = strtoul(rest + 1, NULL, 10) * (behind == 1 ? 10 : 1);
	if (whole * 100 + part == 0 || whole * 100 + part > CPU_MAX_MAX * 100)
		return value_refuse_text(v, text, needed);
	*(unsigned *)field = (unsigned)(whole * 100 + part);
	return 0;
}

void value_print_cpus(struct buf *b, const void *field)
{
	unsigned cpus = *(const unsigned *)field;

	if (!cpus)
		return;
	buf_printf(b, "%u", cpus / 100);
	if (cpus % 10)
		buf_printf(b, ".%02u", cpus % 100);
	else if (cpus % 100)
		buf_printf(b, ".%u", cpus % 100 / 10);
}

int value_read_weight(const struct value *v, void *field)
{
	return value_take_number(v, 1, WEIGHT_MAX, field);
}

void value_print_weight(struct buf *b, const void *field)
{
	if (*(const unsigned *)field)
		buf_printf(b, "%u", *(const unsigned *)field);
}

int value_read_pids(const struct value *v, void *field)
{
	const char *text = value_take_text(v);
	unsigned number;
	int r;

	if (!text)
		return -EINVAL;
	if (!strcmp(text, "max")) {
		*(uint64_t *)field = 0;
		return 0;
	}
	r = value_take_number(v, 1, PIDS_MAX, &number);
	if (!r)
		*(uint64_t *)field = number;
	return r;
}

void value_print_pids(struct buf *b, const void *field)
{
	uint64_t number = *(const uint64_t *)field;

	if (number)
		buf_printf(b, "%" PRIu64, number);
	else
		buf_puts(b, "max");
}

/* "/dev/fuse", "/dev/net/tun:rw" */
static int check_device(const struct value *v, const char *word)
{
	size_t len = strcspn(word, ":");
	const char *access = word + len + (word[len] == ':');

	if (strncmp(word, "/dev/", 5) || len < 6 || word[len - 1] == '/' ||
	    strstr(word, "/.") || strstr(word, "//") || len > 128)
		return value_refuse_text(v, word,
		                         "the path of a device below /dev is "
		                         "needed, as /dev/net/tun");
	if (word[len] && strcmp(access, "r") && strcmp(access, "w") &&
	    strcmp(access, "rw"))
		return value_refuse_text(v, word,
		                         "behind the colon r, w or rw is "
		                         "needed");
	return 0;
}

int value_read_devices(const struct value *v, void *field)
{
	AUTO(words) struct words list = {0};
	int r = 0;

	value_take_list(v, &list);
	if (list.n > DEVICES_MAX)
		return value_refuse(v,
		                    "has %zu devices, at most %d are allowed",
		                    list.n, DEVICES_MAX);
	for (size_t i = 0; !r && i < list.n; i++)
		r = check_device(v, list.v[i]);
	if (r < 0)
		return r;
	*(struct words *)field = list;
	list = (struct words){0};
	return 0;
}
