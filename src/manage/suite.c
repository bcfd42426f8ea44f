/* SPDX-License-Identifier: MIT */

#include "manage/suite.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/mem.h"

struct target {
	const char *origin, *release, *uri, *component;
};

/* Neither an option nor a path nor more than one word. */
const char *suite_fault(const char *suite)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789";

	if (!*suite)
		return "a suite is needed, as debootstrap:bookworm";
	if (!strchr(letters, *suite))
		return "a suite begins with a letter or digit";
	for (const char *p = suite; *p; p++)
		if (!strchr(letters, *p) && !strchr("._-", *p))
			return "a suite is made of letters, digits, '.', '_' "
			       "and '-'";
	return NULL;
}

const char *suite_mirror_fault(const char *mirror)
{
	for (const char *p = mirror; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return "a mirror has no blanks";
	if (strncmp(mirror, "http://", 7) && strncmp(mirror, "https://", 8) &&
	    strncmp(mirror, "file:/", 6))
		return "a mirror begins with http://, https:// or file:/";
	return NULL;
}

/* Those whose packages a whole system is made of. */
static bool is_distribution(const char *origin)
{
	static const char *const known[] = {"Debian", "Devuan", "Raspbian",
	                                    "Ubuntu"};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(origin, known[i]))
			return true;
	return false;
}

static bool read_target(char *line, struct target *t)
{
	t->origin = strsep(&line, "|");
	t->release = strsep(&line, "|");
	t->uri = strsep(&line, "|");
	t->component = strsep(&line, "|");
	return t->component && is_distribution(t->origin);
}

/* Is it of suite, its updates or security? */
static bool belongs(const struct target *t, const char *suite)
{
	size_t len = strlen(suite);

	return !strncmp(t->release, suite, len) &&
	       (!t->release[len] || t->release[len] == '-');
}

static void add_line(struct buf *lines, const struct target *t,
                     const char *suite, const char *component)
{
	AUTO(buf) struct buf line = {0};

	buf_printf(&line, "deb %s %s %s\n", t->uri, suite, component);
	if (!lines->len || !strstr(lines->data, line.data))
		buf_puts(lines, line.data);
}

void suite_sources(const char *suite, const char *targets, struct buf *lines,
                   struct buf *ret_mirror)
{
	AUTO(mem) char *copy = mem_copy(targets);
	char *rest = copy, *line;
	AUTO(buf) struct buf other = {0};
	struct target t;
	bool is_had = false;

	while ((line = strsep(&rest, "\n"))) {
		if (!read_target(line, &t))
			continue;
		if (!strcmp(t.release, suite))
			is_had = true;
		if (belongs(&t, suite))
			add_line(lines, &t, t.release, t.component);
		/* The first one that is no suite's appendix. */
		if (!other.len && !strchr(t.release, '-')) {
			add_line(&other, &t, suite, "main");
			buf_puts(ret_mirror, t.uri);
		}
	}
	if (is_had)
		return;
	lines->len = 0;
	buf_puts(lines, buf_text(&other));
}
