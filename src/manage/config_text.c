/* SPDX-License-Identifier: MIT */

#include "manage/config_text.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"
#include "model/config.h"
#include "model/declaration.h"

/* What stands above a variable, and begins a paragraph; the table of variables
 * itself is model/declaration's. */
/* clang-format off */
static const struct note {
	const char *name, *text;
} notes[] = {
	{ "BASE",
	  "What its root lies on: a directory, an image, /, or several, the top\n"
	  "# one first." },
	{ "BASE_HIDE", "Paths of BASE=/ that it shall not see, besides the usual." },
	{ "IMAGE_PARTITION", "The partition of its image; 0 is all of it." },
	{ "PRIVATE_USERS", "Its users' ids: shared, isolated or no." },
	{ "MOUNTS", "yes: it may mount, as a real init or containers need." },
	{ "NETWORK", "private or host." },
	{ "BRIDGES",
	  "Bridges of eth0, eth1, ...: BRIDGE or BRIDGE=MAC each. And with\n"
	  "# ETH0_ADDRESS=ADDRESS/LEN, ETH0_GATEWAY, ETH0_MTU." },
	{ "DNS", "Name servers and search=DOMAIN, or host; HOSTS: its /etc/hosts." },
	{ "INIT", "The command that it runs; empty is a shell." },
	{ "REAPER", "yes: a tiny init of ours reaps beside it." },
	{ "DEVICES", "Devices of the host's: /dev/NAME[:rw] each." },
	{ "MEMORY_MAX", "Limits: 512M, 1.5 (processors), numbers; empty is none." },
	{ "CAPS", "Confinement: +CAPABILITY or -CAPABILITY; default, strict or off." },
	{ "HOSTNAME", "What it finds inside." },
	{ "TMPFS", "Where it has a fresh tmpfs at every start." },
	{ "STOPSIGNAL", "How it is asked to end, and how many seconds it may take." },
	{ "PRE_START", "Programs of the host, run before its start and after its stop." },
	{ "AUTOSTART", "yes: it is started at boot, after those that AFTER names." },
	{ "RESTART", "no, on-failure or always; and seconds to wait before." },
	{ "NOTIFY", "yes: it tells when it is ready (sd_notify)." },
	{ "START_TIMEOUT", "Seconds that it may take to be ready; 0: any." },
	{ "LOG_MAX", "How much of its console's output is kept." },
};
/* clang-format on */

struct writing {
	const struct config_choice *choice;
	struct buf *b;
};

static void add_note(const char *name, struct buf *b)
{
	for (size_t i = 0; i < sizeof(notes) / sizeof(*notes); i++)
		if (!strcmp(notes[i].name, name))
			buf_printf(b, "\n# %s\n", notes[i].text);
}

/* As bash reads it within double quotes. */
static void add_quoted(const char *text, struct buf *b)
{
	buf_putc(b, '"');
	for (; *text; text++) {
		if (strchr("\\\"$`", *text))
			buf_putc(b, '\\');
		buf_putc(b, *text);
	}
	buf_putc(b, '"');
}

/* One with blanks in it would count as several. */
static void add_base(const char *base, struct buf *b)
{
	bool is_array = strpbrk(base, " \t");

	buf_puts(b, is_array ? "BASE=(" : "BASE=");
	add_quoted(base, b);
	buf_puts(b, is_array ? ")\n" : "\n");
}

static void add_bridges(const struct config_choice *c, struct buf *b)
{
	AUTO(buf) struct buf list = {0};

	for (size_t i = 0; i < c->n_bridges; i++)
		buf_printf(&list, "%s%s", i ? " " : "", c->bridges[i]);
	buf_puts(b, "BRIDGES=");
	add_quoted(buf_text(&list), b);
	buf_putc(b, '\n');
}

static void write_variable(void *arg, const char *name, const char *value,
                           int line)
{
	const struct writing *w = arg;

	(void)line;
	add_note(name, w->b);
	if (!strcmp(name, "BASE") && w->choice->base) {
		add_base(w->choice->base, w->b);
	} else if (!strcmp(name, "BRIDGES") && w->choice->n_bridges) {
		add_bridges(w->choice, w->b);
	} else {
		buf_printf(w->b, "#%s=", name);
		add_quoted(value, w->b);
		buf_putc(w->b, '\n');
	}
}

/* It is read as every start will read it. */
static int check(const char *text, struct err *err)
{
	AUTO(config) struct config c = {0};
	AUTO(declaration) struct declaration d = {0};
	AUTO(buf) struct buf warnings = {0};
	int r = config_parse(&c, text, strlen(text), "config", err);

	return r ? r : declaration_read(&d, &c, "config", &warnings, err);
}

int config_text(const struct config_choice *choice, struct buf *b,
                struct err *err)
{
	AUTO(config) struct config none = {0};
	AUTO(declaration) struct declaration defaults = {0};
	AUTO(buf) struct buf warnings = {0};
	struct writing w = {choice, b};
	int r = declaration_read(&defaults, &none, "config", &warnings, err);

	if (r < 0)
		return r;
	buf_puts(b, "# What this sub host is, see subhost-config(5). Lines "
	            "like #NAME=\"VALUE\" show\n# what is so while nothing is "
	            "said. It is read at every start.\n");
	declaration_each(&defaults, &none, write_variable, &w);
	return check(buf_text(b), err);
}
