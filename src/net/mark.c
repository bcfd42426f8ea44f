/* SPDX-License-Identifier: MIT */

#include "net/mark.h"

#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/words.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS  "0123456789"

static const char sign[] = "subhost-bridge";
static const char *const forward_words[] = {
	[FAMILY_IPV4] = "forward4",
	[FAMILY_IPV6] = "forward6",
};

static enum owner owner_of(const char *word, const char *tag)
{
	size_t n = sizeof(sign) - 1;

	if (strncmp(word, sign, n))
		return OWNER_FOREIGN;
	if (!strcmp(word + n, tag))
		return OWNER_US;
	return !word[n] || word[n] == '@' ? OWNER_INSTANCE : OWNER_FOREIGN;
}

struct mark mark_read(const char *alias, const char *tag)
{
	AUTO(words) struct words words = {0};
	struct mark m = {0};

	if (words_split(&words, alias) < 0 || !words.n)
		return m;
	m.owner = owner_of(words.v[0], tag);
	if (m.owner == OWNER_FOREIGN)
		return m;
	for (size_t i = 1; i < words.n; i++) {
		m.has_nat |= !strcmp(words.v[i], "nat");
		for (int f = 0; f < FAMILIES; f++)
			m.forwards[f] |= !strcmp(words.v[i], forward_words[f]);
	}
	return m;
}

void mark_print(const struct mark *m, const char *tag, struct buf *b)
{
	buf_printf(b, "%s%s", sign, tag);
	if (m->has_nat)
		buf_puts(b, " nat");
	for (int f = 0; f < FAMILIES; f++)
		if (m->forwards[f])
			buf_printf(b, " %s", forward_words[f]);
}

const char *bridge_name_fault(const char *name)
{
	if (!*name)
		return "a name has at least one byte";
	if (strlen(name) >= BRIDGE_NAME)
		return "a link's name has at most 15 bytes";
	if (!strchr(LETTERS DIGITS, *name))
		return "a name starts with a letter or a digit";
	if (name[strspn(name, LETTERS DIGITS "_.-")])
		return "a name is made of letters, digits, '_', '.' and '-'";
	if (!strcmp(name, "all") || !strcmp(name, "default"))
		return "all and default mean other things to the kernel";
	return NULL;
}
