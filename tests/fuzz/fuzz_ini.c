/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as casts.ini: refused with a line's number, or written so that it
 * says the same. Then something of it is changed, which its bytes decide, and
 * written again.
 */
#include <stdint.h>

#include "same.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t luck;

static size_t chance(size_t n)
{
	luck = luck * 1664525 + 1013904223;
	return (luck >> 8) % n;
}

static void drop_some(struct casts *c)
{
	for (size_t i = c->n_offers; i-- > 0;)
		if (!chance(3))
			casts_drop_offer(c, i);
	for (size_t i = c->n_acceptances; i-- > 0;)
		if (!chance(3))
			casts_drop_acceptance(c, i);
	for (size_t i = c->n_blocks; i-- > 0;)
		if (!chance(3))
			casts_drop_block(c, i);
}

static void add_some(struct casts *c)
{
	static char peers[][8] = {"host", "1", "new"};
	static char paths[][8] = {"/", "/a", "/a/b,c", "/\xff"};
	char *giver = peers[chance(3)], *receiver = peers[1 + chance(2)];
	char *path = paths[chance(4)], *target = paths[chance(4)];
	unsigned mode = (unsigned)chance(4);

	casts_offer(c, &(struct offer){giver, path, receiver, target, mode});
	if (chance(2))
		casts_offer(c, &(struct offer){giver, path, NULL, NULL, mode});
	if (chance(2))
		casts_accept(c, &(struct acceptance){receiver, giver, path,
		                                     target, mode});
	if (chance(2))
		casts_block(c,
		            &(struct block){receiver, chance(2) ? giver : NULL,
		                            chance(2) ? path : NULL});
}

static void check_refusal(const struct casts *c, const struct err *err)
{
	must(!c->offers && !c->acceptances && !c->blocks);
	must(!strncmp(err->text, "ini:", 4));
	must(err->text[4] >= '1' && err->text[4] <= '9');
	for (const char *p = err->text; *p; p++)
		must(*p >= ' ' && *p <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(casts) struct casts c = {0};
	const char *text = (const char *)data;
	struct err err = {0};

	if (ini_parse(text, size, "ini", &c, &err) < 0) {
		check_refusal(&c, &err);
		return 0;
	}
	check_rewrite(text, size, &c);
	luck = (uint32_t)size;
	for (size_t i = 0; i < size; i++)
		luck = luck * 31 + data[i];
	drop_some(&c);
	check_rewrite(text, size, &c);
	add_some(&c);
	check_rewrite(text, size, &c);
	check_rewrite("", 0, &c);
	return 0;
}
