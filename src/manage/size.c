/* SPDX-License-Identifier: MIT */

#include "manage/size.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"

#define MIB   (1024ull * 1024)
#define MOST  (1ull << 60)
#define BLOCK 4096u

/* clang-format off */
static const struct image_kind kinds[] = {
	/* Discarding would give back what was set aside for the image, and what
	 * ext4 keeps for the host's root no guest could ever use. */
	{ "ext4",  "e2fsprogs",   8 * MIB,   { "-q", "-F", "-m", "0", "-E",
	  "nodiscard,root_owner=0:0", NULL } },
	{ "xfs",   "xfsprogs",    300 * MIB, { "-q", "-f", "-K", NULL } },
	{ "btrfs", "btrfs-progs", 128 * MIB, { "-q", "-f", "-K", NULL } },
};
/* clang-format on */

static int refuse(const char *text, const char *why, struct err *err)
{
	AUTO(buf) struct buf shown = {0};

	buf_escape(&shown, text);
	return err_say(err, -EINVAL, "--image is \"%.100s\", %s",
	               buf_text(&shown), why);
}

/* Digits and one of KMGT: NULL, or why not. */
static const char *parse_bytes(const char *text, size_t len, uint64_t *ret)
{
	static const char units[] = "KMGT";
	size_t digits = strspn(text, "0123456789");
	const char *unit = digits < len ? strchr(units, text[digits]) : NULL;
	uint64_t n = strtoull(text, NULL, 10);

	if (!digits || digits > 18 || digits + 1 < len || !unit)
		return "but a size is needed, as 512M or 4G, and behind it "
		       ":ext4, :xfs or :btrfs, if anything";
	for (const char *u = units; u <= unit; u++) {
		if (n > MOST / 1024)
			return "which is too large";
		n *= 1024;
	}
	*ret = n / BLOCK * BLOCK;
	return NULL;
}

static const struct image_kind *find_kind(const char *type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].type, type))
			return &kinds[i];
	return NULL;
}

int image_wish_parse(const char *text, struct image_wish *ret, struct err *err)
{
	size_t len = strcspn(text, ":");
	const struct image_kind *kind =
		text[len] ? find_kind(text + len + 1) : &kinds[0];
	uint64_t bytes = 0;
	const char *fault = parse_bytes(text, len, &bytes);

	if (fault)
		return refuse(text, fault, err);
	if (!kind)
		return refuse(text,
		              "but the filesystem is one of ext4, xfs, btrfs",
		              err);
	if (bytes < kind->least) {
		refuse(text, "which is too small", err);
		return err_hint(err, "%s needs %ju MiB", kind->type,
		                (uintmax_t)(kind->least / MIB));
	}
	*ret = (struct image_wish){.bytes = bytes, .kind = kind};
	return 0;
}
