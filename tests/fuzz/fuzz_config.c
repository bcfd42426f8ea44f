/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a config file: parse, declare, print, and write what is made of
 * it. And any bytes as what bash printed, for a config's author decides that
 * too.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/config.h"
#include "model/declaration.h"
#include "model/resolv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_row(void *arg, const char *name, const char *value, int line)
{
	buf_printf(arg, "%s=%s@%d\n", name, value, line);
}

/* What one line of a record or a resolver's file may hold. */
static void check_line(const char *line)
{
	for (; *line; line++)
		if ((unsigned char)*line < ' ' || *line == 0x7f)
			abort();
}

static void check_cables(const struct cables *cables)
{
	AUTO(buf) struct buf line = {0};

	if (cables->n > CABLES_MAX)
		abort();
	cables_describe(cables, &line);
	check_line(buf_text(&line));
	for (size_t i = 0; i < cables->n; i++)
		check_line(cables->v[i].bridge);
}

static void check_names(const struct declaration *d)
{
	AUTO(buf) struct buf text = {0};

	for (size_t i = 0; i < d->dns.n; i++)
		check_line(d->dns.v[i]);
	for (size_t i = 0; i < d->hosts.n; i++)
		check_line(d->hosts.v[i]);
	if (!resolv_is_host(&d->dns))
		resolv_print(&d->dns, &text);
	resolv_print_hosts(&d->hosts, "web", &text);
}

static void declare(const struct config *c)
{
	AUTO(declaration) struct declaration d = {0};
	AUTO(buf) struct buf warnings = {0};
	AUTO(buf) struct buf shown = {0};
	struct err err = {0};

	if (declaration_read(&d, c, "config", &warnings, &err) < 0) {
		if (!*err.text || d.tmpfs.v || d.cables.v || d.hosts.v)
			abort();
		return;
	}
	check_cables(&d.cables);
	check_names(&d);
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
