/* SPDX-License-Identifier: MIT */
/*
 * What bash printed after it evaluated a config in its sandbox. The config's
 * author may have made it print anything: a list of variables, or refused.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "model/config.h"

#define DIGITS  "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"

/* Take one NUL-ended field, or NULL when there is none. */
static const char *take_field(const char **at, const char *end)
{
	const char *field = *at;
	const char *nul =
		field < end ? memchr(field, '\0', (size_t)(end - field)) : NULL;

	if (!nul)
		return NULL;
	*at = nul + 1;
	return field;
}

static bool is_name(const char *text)
{
	return *text && !strchr(DIGITS, *text) &&
	       !text[strspn(text, LETTERS DIGITS)];
}

/* How many values follow: 1 for "-"; false when it is no number. */
static bool read_count(const char *text, bool *ret_is_array, size_t *ret_count)
{
	if (!strcmp(text, "-")) {
		*ret_is_array = false;
		*ret_count = 1;
		return true;
	}
	if (!*text || strlen(text) > 6 || text[strspn(text, DIGITS)])
		return false;
	*ret_is_array = true;
	*ret_count = strtoul(text, NULL, 10);
	return true;
}

static bool read_variable(struct config *c, const char **at, const char *end)
{
	const char *name = take_field(at, end);
	const char *count_text = name ? take_field(at, end) : NULL;
	struct variable v = {0};
	size_t count;

	if (!count_text || !is_name(name) || config_get(c, name) ||
	    !read_count(count_text, &v.is_array, &count))
		return false;
	v.name = mem_copy(name);
	c->v = mem_resize(c->v, c->n + 1, sizeof(*c->v));
	c->v[c->n++] = v;
	for (size_t i = 0; i < count; i++) {
		const char *value = take_field(at, end);

		if (!value)
			return false;
		words_add(&c->v[c->n - 1].values, value);
	}
	return true;
}

int config_parse_printed(struct config *c, const char *bytes, size_t len,
                         struct err *err)
{
	const char *at = bytes, *end = bytes + len;

	if (len > CONFIG_MAX)
		return err_say(err, -EINVAL,
		               "bash printed more than the %d bytes that "
		               "a config may come to",
		               CONFIG_MAX);
	c->by_bash = true;
	while (at < end) {
		if (!read_variable(c, &at, end)) {
			config_done(c);
			return err_say(err, -EINVAL,
			               "bash printed something other than "
			               "variables");
		}
	}
	return 0;
}
