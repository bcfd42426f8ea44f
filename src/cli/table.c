/* SPDX-License-Identifier: MIT */

#include "cli/table.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CAP     20 /* of a column, before others are left out */
#define CUT_MIN 8  /* what something cut short has at least */
#define INDENT  "    "

/* What is printed: a width for each column, 0 where it is left out. */
struct layout {
	size_t width[TABLE_COLUMNS_MAX];
	bool has_notes; /* on lines of their own */
};

void table_add(struct table *t, const char *text)
{
	words_add(&t->cells, text);
}

/* Of the terminal that we write to. */
static size_t available(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) ||
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		return SIZE_MAX;
	return size.ws_col;
}

static size_t total(const struct table *t, const struct layout *l)
{
	size_t sum = 0;

	for (size_t i = 0; i < t->n; i++)
		if (l->width[i])
			sum += l->width[i] + (sum != 0);
	return sum;
}

static void widen(size_t *width, const char *text)
{
	size_t len = strlen(text);

	if (*width < len)
		*width = len;
}

/* False when all that is left has to stay. */
static bool drop_least(const struct table *t, struct layout *l)
{
	size_t least = t->n;

	for (size_t i = 0; i < t->n; i++)
		if (l->width[i] && t->columns[i].worth &&
		    (least == t->n ||
		     t->columns[i].worth < t->columns[least].worth))
			least = i;
	if (least < t->n)
		l->width[least] = 0;
	return least < t->n;
}

/* False when it fits, or nothing is left to be cut. */
static bool cut_widest(const struct table *t, struct layout *l, size_t most)
{
	size_t widest = 0, sum = total(t, l);

	for (size_t i = 1; i < t->n; i++)
		if (l->width[i] > l->width[widest])
			widest = i;
	if (sum <= most || l->width[widest] <= CUT_MIN)
		return false;
	l->width[widest] = l->width[widest] > sum - most + CUT_MIN
	                           ? l->width[widest] - (sum - most)
	                           : CUT_MIN;
	return true;
}

/* What was cut gets what is left over. */
static void grow(const struct table *t, struct layout *l, const size_t *full,
                 size_t most)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t sum = total(t, l);
		size_t spare = most > sum ? most - sum : 0;

		if (l->width[i] && l->width[i] < full[i])
			l->width[i] += full[i] - l->width[i] < spare
			                       ? full[i] - l->width[i]
			                       : spare;
	}
}

static void fit(const struct table *t, struct layout *l, size_t most)
{
	size_t full[TABLE_COLUMNS_MAX], last = t->n - 1;

	memcpy(full, l->width, sizeof(full));
	if (t->columns[last].is_note) {
		l->has_notes = true;
		l->width[last] = 0;
	}
	for (size_t i = 0; i < t->n && total(t, l) > most; i++)
		if (l->width[i] > CAP)
			l->width[i] = CAP;
	while (total(t, l) > most && drop_least(t, l))
		;
	while (cut_widest(t, l, most))
		;
	grow(t, l, full, most);
}

static void lay_out(const struct table *t, struct layout *l)
{
	size_t most = available();

	for (size_t i = 0; i < t->cells.n; i++)
		widen(&l->width[i % t->n], t->cells.v[i]);
	for (size_t i = 0; i < t->n; i++)
		if (l->width[i] || !t->columns[i].is_note)
			widen(&l->width[i], t->columns[i].title);
	if (total(t, l) > most)
		fit(t, l, most);
}

static void print_cell(const char *text, size_t width, bool is_right, bool pads)
{
	int len = (int)strlen(text), most = (int)width;

	if (len > most)
		printf("%.*s~", most - 1, text);
	else if (pads || is_right)
		printf("%*s", is_right ? most : -most, text);
	else
		printf("%s", text);
}

static void print_row(const struct table *t, const struct layout *l,
                      char *const *cells)
{
	size_t used = t->n;
	bool any = false;

	while (used && (!l->width[used - 1] || !*cells[used - 1]))
		used--;
	for (size_t i = 0; i < used; i++) {
		if (!l->width[i])
			continue;
		if (any)
			putchar(' ');
		print_cell(cells[i], l->width[i], t->columns[i].is_right,
		           i + 1 < used);
		any = true;
	}
	putchar('\n');
	if (l->has_notes && *cells[t->n - 1])
		printf(INDENT "%s\n", cells[t->n - 1]);
}

void table_print(const struct table *t)
{
	char *titles[TABLE_COLUMNS_MAX];
	struct layout l = {0};

	lay_out(t, &l);
	for (size_t i = 0; i < t->n; i++)
		titles[i] = (char *)(l.has_notes && i + 1 == t->n
		                             ? ""
		                             : t->columns[i].title);
	print_row(t, &l, titles);
	for (size_t i = 0; i < t->cells.n; i += t->n)
		print_row(t, &l, t->cells.v + i);
}
