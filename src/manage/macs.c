/* SPDX-License-Identifier: MIT */

#include "manage/macs.h"

#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"
#include "model/mac.h"
#include "sub/declare.h"
#include "sub/machine.h"
#include "sub/sub.h"

#define BRIDGES "BRIDGES"

static bool has_derived(const struct cables *cables)
{
	for (size_t i = 0; i < cables->n; i++)
		if (!cables->v[i].has_mac)
			return true;
	return false;
}

/* BRIDGES=… with each MAC in it. */
static void print_all(const struct cables *cables, const uint8_t *machine,
                      const char *name, struct buf *setting)
{
	buf_puts(setting, BRIDGES "=");
	for (size_t i = 0; i < cables->n; i++) {
		struct cable cable = cables->v[i];

		if (!cable.has_mac)
			cable.mac = mac_derive(machine, name, (unsigned)i);
		cable.has_mac = true;
		buf_puts(setting, i ? " " : "");
		cable_print(&cable, setting);
	}
}

/* It is for the administrator to do. */
static void tell(const struct buf *setting, const struct err *why,
                 struct buf *notes)
{
	buf_printf(notes,
	           "the MACs of its cables change with its name, since %s; to "
	           "keep them: %s\n",
	           why->text, setting->data);
}

int macs_keep(const struct sub *s, struct buf *notes, struct err *err)
{
	AUTO(declared) struct declared d = {0};
	AUTO(buf) struct buf warnings = {0}, setting = {0}, text = {0};
	AUTO(words) struct words settings = {0};
	uint8_t machine[MACHINE_BYTES];
	const struct cables *cables = &d.declaration.cables;
	struct err why = {0};
	int r = declare(&d, s, &warnings, &why);

	if (r < 0) {
		buf_printf(notes,
		           "the MACs of its cables, if it has any, change with "
		           "its name: %s\n",
		           why.text);
		return 0;
	}
	if (!has_derived(cables))
		return 0;
	r = machine_identify(s->places, machine, err);
	if (r < 0)
		return r;
	print_all(cables, machine, s->name, &setting);
	words_add(&settings, setting.data);
	if (declare_edit(s, &settings, &text, &why) < 0) {
		tell(&setting, &why, notes);
		return 0;
	}
	r = declare_store(s, &text, err);
	if (!r)
		buf_printf(notes,
		           "its cables keep their MACs: %s in its config\n",
		           setting.data);
	return r;
}

void macs_tell_same(const struct sub *s, struct buf *notes)
{
	AUTO(declared) struct declared d = {0};
	AUTO(buf) struct buf warnings = {0};
	const struct cables *cables = &d.declaration.cables;
	struct err ignored;

	if (declare(&d, s, &warnings, &ignored) < 0)
		return;
	for (size_t i = 0; i < cables->n; i++) {
		const struct cable *c = &cables->v[i];
		char mac[MAC_TEXT];

		mac_print(&c->mac, mac);
		if (c->has_mac)
			buf_printf(notes,
			           "BRIDGES gives eth%zu the MAC %s in both: "
			           "take it out of one config\n",
			           i, mac);
		if (c->addresses.n)
			buf_printf(notes,
			           "ETH%zu_ADDRESS is the same in both: change "
			           "it in one config\n",
			           i);
	}
}
