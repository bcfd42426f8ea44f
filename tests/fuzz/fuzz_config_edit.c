/* SPDX-License-Identifier: MIT */
/*
 * Any text as a config file, any value for a variable of it: the edit is
 * refused, or what is read afterwards is what it was but for that variable.
 * Value and text are parted by the first NUL.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "model/config.h"
#include "model/config_edit.h"

#define NAME "N"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_same(const struct variable *a, const struct variable *b)
{
	if (!b || a->is_array != b->is_array || a->values.n != b->values.n)
		return false;
	for (size_t i = 0; i < a->values.n; i++)
		if (strcmp(a->values.v[i], b->values.v[i]))
			return false;
	return true;
}

static void check_holds(const struct config *of, const struct config *in)
{
	for (size_t i = 0; i < of->n; i++)
		if (strcmp(of->v[i].name, NAME) &&
		    !is_same(&of->v[i], config_get(in, of->v[i].name)))
			abort();
}

static void check(const char *text, const char *value, const struct buf *edited)
{
	AUTO(config) struct config before = {0}, after = {0};
	const struct variable *v;
	struct err err = {0};

	if (config_parse(&before, text, strlen(text), "config", &err) ||
	    config_parse(&after, edited->data, edited->len, "config", &err))
		abort();
	check_holds(&before, &after);
	check_holds(&after, &before);
	v = config_get(&after, NAME);
	if (!v || v->is_array || strcmp(v->values.v[0], value))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(mem) char *value = mem_new0(size + 1);
	AUTO(buf) struct buf edited = {0};
	struct config_change c = {
		.value = value, .name = NAME, .where = "config"};
	struct err err = {0};
	size_t len;

	if (size)
		memcpy(value, data, size);
	len = strlen(value);
	c.text = len < size ? value + len + 1 : "";
	if (!config_edit(&c, &edited, &err))
		check(c.text, value, &edited);
	else if (strncmp(err.text, "config:", 7) != 0 || edited.len)
		abort();
	return 0;
}
