/* SPDX-License-Identifier: MIT */
/*
 * The edit is done by lines, which knows little of what a line means. So the
 * result is read again, and must be what it was but for that one variable.
 */
#include "model/config_edit.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/config.h"

#define BLANKS " \t"

/* Where in a line name's value begins; NULL when it does not set it. */
static const char *value_in(const char *line, const char *name,
                            bool *ret_is_added)
{
	size_t len = strlen(name);

	line += strspn(line, BLANKS);
	if (!strncmp(line, "export", 6) && strspn(line + 6, BLANKS)) {
		line += 6;
		line += strspn(line, BLANKS);
	}
	if (strncmp(line, name, len))
		return NULL;
	line += len;
	*ret_is_added = *line == '+';
	line += *ret_is_added;
	return *line == '=' ? line + 1 : NULL;
}

/* What stands for a value: up to a blank, a semicolon or the line's end, but
 * not within quotes. */
static size_t value_length(const char *value)
{
	char quote = '\0';
	size_t i = 0;

	for (; value[i] && value[i] != '\n'; i++) {
		if (quote) {
			quote = value[i] == quote ? '\0' : quote;
		} else if (value[i] == '"' || value[i] == '\'') {
			quote = value[i];
		} else if (strchr(BLANKS ";", value[i])) {
			break;
		}
	}
	return i;
}

struct place {
	const char *value; /* in the text; NULL: it is not set */
	int line;
};

static int find_place(const struct config_change *c, struct place *ret_place,
                      struct err *err)
{
	struct place place = {0};
	const char *line = c->text;

	for (int n = 1; *line; n++) {
		bool is_added = false;
		const char *value = value_in(line, c->name, &is_added);

		if (value && is_added)
			return err_say(
				err, -EINVAL,
				"%s:%d: adds to %s with +=; change it by "
				"hand",
				c->where, n, c->name);
		if (value && place.value)
			return err_say(err, -EINVAL,
			               "%s:%d: sets %s, and so does line %d; "
			               "change it by hand",
			               c->where, n, c->name, place.line);
		if (value)
			place = (struct place){.value = value, .line = n};
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	*ret_place = place;
	return 0;
}

static bool same_values(const struct variable *a, const struct variable *b)
{
	if (a->is_array != b->is_array || a->values.n != b->values.n)
		return false;
	for (size_t i = 0; i < a->values.n; i++)
		if (strcmp(a->values.v[i], b->values.v[i]))
			return false;
	return true;
}

/* Does one say all that the other says, but for name? */
static bool holds_all(const struct config *of, const struct config *in,
                      const char *name)
{
	for (size_t i = 0; i < of->n; i++) {
		const struct variable *v = &of->v[i], *w;

		if (!strcmp(v->name, name))
			continue;
		w = config_get(in, v->name);
		if (!w || !same_values(v, w))
			return false;
	}
	return true;
}

static bool is_what_was_meant(const struct config_change *c, const char *edited)
{
	AUTO(config) struct config before = {0}, after = {0};
	const struct variable *v;
	struct err ignored;

	if (config_parse(&before, c->text, strlen(c->text), c->where,
	                 &ignored) < 0 ||
	    config_parse(&after, edited, strlen(edited), c->where, &ignored) <
	            0)
		return false;
	v = config_get(&after, c->name);
	return holds_all(&before, &after, c->name) &&
	       holds_all(&after, &before, c->name) && v && !v->is_array &&
	       !strcmp(v->values.v[0], c->value);
}

static void add_line(const struct config_change *c, struct buf *b)
{
	size_t len = strlen(c->text);

	buf_puts(b, c->text);
	if (len && c->text[len - 1] != '\n')
		buf_putc(b, '\n');
	buf_printf(b, "%s=\"%s\"\n", c->name, c->value);
}

int config_edit(const struct config_change *c, struct buf *b, struct err *err)
{
	AUTO(buf) struct buf edited = {0};
	struct place place = {0};
	int r = find_place(c, &place, err);

	if (r < 0)
		return r;
	if (!place.value) {
		add_line(c, &edited);
	} else {
		buf_add(&edited, c->text, (size_t)(place.value - c->text));
		buf_printf(&edited, "\"%s\"", c->value);
		buf_puts(&edited, place.value + value_length(place.value));
	}
	if (is_what_was_meant(c, buf_text(&edited))) {
		buf_puts(b, buf_text(&edited));
		return 0;
	}
	if (!place.value)
		return err_say(err, -EINVAL,
		               "%s: %s cannot be added at its end; do it by "
		               "hand",
		               c->where, c->name);
	return err_say(err, -EINVAL,
	               "%s:%d: %s cannot be changed there; do it by hand",
	               c->where, place.line, c->name);
}
