/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a config file: parse, declare, print. And any bytes as what
 * bash printed, for a config's author decides that too.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/config.h"
#include "model/declaration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_row(void *arg, const char *name, const char *value, int line)
{
	buf_printf(arg, "%s=%s@%d\n", name, value, line);
}

static void declare(const struct config *c)
{
	AUTO(declaration) struct declaration d = {0};
	AUTO(buf) struct buf warnings = {0};
	AUTO(buf) struct buf shown = {0};
	struct err err = {0};

	if (declaration_read(&d, c, "config", &warnings, &err) < 0) {
		if (!*err.text || d.tmpfs.v)
			abort();
		return;
	}
	declaration_each(&d, c, add_row, &shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(config) struct config read = {0};
	AUTO(config) struct config printed = {0};
	struct err err = {0};

	if (!config_parse(&read, (const char *)data, size, "config", &err))
		declare(&read);
	else if (strncmp(err.text, "config:", 7) != 0 || read.v)
		abort();
	if (!config_parse_printed(&printed, (const char *)data, size, &err))
		declare(&printed);
	else if (printed.v)
		abort();
	return 0;
}
