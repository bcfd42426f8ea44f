/* SPDX-License-Identifier: MIT */

#include "net/mark.h"

#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/mem.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS  "0123456789"
#define BLANKS  " \t\r\n"

static const char sign[] = "subhost-bridge";
static const char *const forward_words[] = {
	[FAMILY_IPV4] = "forward4",
	[FAMILY_IPV6] = "forward6",
};

static const char digits[FAMILIES] = {
	[FAMILY_IPV4] = '4',
	[FAMILY_IPV6] = '6',
};

void mark_done(struct mark *m)
{
	for (int f = 0; f < FAMILIES; f++)
		words_done(&m->kept[f]);
	*m = (struct mark){0};
}

static void copy_words(const struct words *from, struct words *to)
{
	for (size_t i = 0; i < from->n; i++)
		words_add(to, from->v[i]);
}

void mark_copy(const struct mark *from, struct mark *ret)
{
	struct mark m = {.owner = from->owner, .has_nat = from->has_nat};

	for (int f = 0; f < FAMILIES; f++) {
		m.forwards[f] = from->forwards[f];
		copy_words(&from->kept[f], &m.kept[f]);
	}
	*ret = m;
}

static enum owner owner_of(const char *word, const char *tag)
{
	size_t n = sizeof(sign) - 1;

	if (strncmp(word, sign, n))
		return OWNER_FOREIGN;
	if (!strcmp(word + n, tag))
		return OWNER_US;
	return !word[n] || word[n] == '@' ? OWNER_INSTANCE : OWNER_FOREIGN;
}

static void read_word(struct mark *m, const char *word)
{
	m->has_nat |= !strcmp(word, "nat");
	for (int f = 0; f < FAMILIES; f++) {
		m->forwards[f] |= !strcmp(word, forward_words[f]);
		if (word[0] == digits[f] && word[1] == ':' && word[2])
			words_add(&m->kept[f], word + 2);
	}
}

/* Parted at blanks and nothing else: a link's name may have quotes. */
void mark_read(struct mark *m, const char *alias, const char *tag)
{
	AUTO(mem) char *copy = mem_copy(alias);
	char *rest = NULL, *word = strtok_r(copy, BLANKS, &rest);

	*m = (struct mark){.owner = word ? owner_of(word, tag) : OWNER_FOREIGN};
	if (m->owner == OWNER_FOREIGN)
		return;
	while ((word = strtok_r(NULL, BLANKS, &rest)))
		read_word(m, word);
}

void mark_print(const struct mark *m, const char *tag, struct buf *b)
{
	buf_printf(b, "%s%s", sign, tag);
	if (m->has_nat)
		buf_puts(b, " nat");
	for (int f = 0; f < FAMILIES; f++) {
		if (m->forwards[f])
			buf_printf(b, " %s", forward_words[f]);
		for (size_t i = 0; i < m->kept[f].n; i++)
			buf_printf(b, " %c:%s", digits[f], m->kept[f].v[i]);
	}
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
