/* SPDX-License-Identifier: MIT */
/*
 * A row is one suffix. Rows are read in the order of config, so that the first
 * wrong line is the one that is told; what concerns several of them is looked
 * at when all are read.
 */
#include "model/cable_rows.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "model/cable.h"
#include "model/config.h"
#include "model/name.h"
#include "model/value.h"

#define DIGITS      "0123456789"
#define PREFIX      "ETH"
#define MTU_MIN_V6  1280 /* RFC 8200 */
#define NAME_LENGTH 32   /* enough for any of ours */

/* clang-format off */
static const struct cable_row {
	const char *suffix;
	size_t field;
	value_read *read;
	value_print *print;
} rows[] = {
	{"ADDRESS", offsetof(struct cable, addresses),
	 value_read_addresses, value_print_addresses},
	{"GATEWAY", offsetof(struct cable, gateways),
	 value_read_gateways, value_print_gateways},
	{"MTU", offsetof(struct cable, mtu),
	 value_read_mtu, value_print_unsigned},
};
/* clang-format on */

#define ROWS (sizeof(rows) / sizeof(*rows))

/* The row of PREFIX, digits, "_", SUFFIX, or NULL. */
static const struct cable_row *find_row(const char *name)
{
	size_t digits;

	if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
		return NULL;
	name += strlen(PREFIX);
	digits = strspn(name, DIGITS);
	if (!digits || name[digits] != '_')
		return NULL;
	for (size_t i = 0; i < ROWS; i++)
		if (!strcmp(name + digits + 1, rows[i].suffix))
			return &rows[i];
	return NULL;
}

bool cable_rows_has(const char *name)
{
	return find_row(name);
}

/* The number in a row's name; CABLES_MAX if it is written as no cable's is. */
static size_t number_of(const char *name)
{
	const char *text = name + strlen(PREFIX);
	size_t digits = strspn(text, DIGITS);
	unsigned long number = strtoul(text, NULL, 10);

	if (digits > 3 || (digits > 1 && *text == '0') || number > CABLES_MAX)
		return CABLES_MAX;
	return number;
}

static int refuse_number(const struct value *v, size_t number, size_t n)
{
	if (number == CABLES_MAX)
		return value_refuse(v,
		                    "is for no cable: their numbers are 0 to "
		                    "%d, without leading zeros",
		                    CABLES_MAX - 1);
	if (!n)
		return value_refuse(
			v, "is for a cable %zu, but BRIDGES has none", number);
	if (n == 1)
		return value_refuse(v,
		                    "is for a cable %zu, but BRIDGES has only "
		                    "cable 0",
		                    number);
	return value_refuse(v,
	                    "is for a cable %zu, but BRIDGES has %zu cables, "
	                    "0 to %zu",
	                    number, n, n - 1);
}

static int read_row(const struct value *v, struct cables *cables)
{
	const struct cable_row *row = find_row(v->variable->name);
	size_t number;

	if (!row || value_is_empty(v->variable))
		return 0;
	number = number_of(v->variable->name);
	if (number >= cables->n)
		return refuse_number(v, number, cables->n);
	return row->read(v, (char *)&cables->v[number] + row->field);
}

/* What the checks of one cable need. */
struct check {
	const struct config *c;
	const struct cables *cables;
	size_t number; /* of the cable */
	struct value v;
};

static const struct variable *get_row(const struct config *c, size_t number,
                                      const char *suffix)
{
	char name[NAME_LENGTH];

	snprintf(name, sizeof(name), PREFIX "%zu_%s", number, suffix);
	return config_get(c, name);
}

/* Refuse a of the cable's variable SUFFIX. */
static int refuse_address(struct check *check, const char *suffix,
                          const struct address *a, const char *clause)
{
	char text[ADDRESS_TEXT];

	address_print(a, !strcmp(suffix, "ADDRESS"), text);
	check->v.variable = get_row(check->c, check->number, suffix);
	return value_refuse_text(&check->v, text, clause);
}

/* The first of the first n that equals a, or n. */
static size_t find_address(const struct addresses *in, size_t n,
                           const struct address *a)
{
	for (size_t i = 0; i < n; i++)
		if (address_equals(&in->v[i], a))
			return i;
	return n;
}

/* Has an earlier cable, or the cable itself further up, address i too? */
static int check_address(struct check *check, size_t i)
{
	const struct cables *cables = check->cables;
	const struct addresses *own = &cables->v[check->number].addresses;
	char clause[64];

	if (find_address(own, i, &own->v[i]) < i)
		return refuse_address(check, "ADDRESS", &own->v[i],
		                      "which is given twice");
	for (size_t n = 0; n < check->number; n++) {
		const struct addresses *other = &cables->v[n].addresses;

		if (find_address(other, other->n, &own->v[i]) == other->n)
			continue;
		snprintf(clause, sizeof(clause),
		         "but " PREFIX "%zu_ADDRESS has that address already",
		         n);
		return refuse_address(check, "ADDRESS", &own->v[i], clause);
	}
	return 0;
}

static bool has_family(const struct addresses *a, bool is_v6)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].is_v6 == is_v6)
			return true;
	return false;
}

static int check_gateway(struct check *check, size_t i)
{
	const struct cable *cable = &check->cables->v[check->number];
	const struct address *gateway = &cable->gateways.v[i];
	const struct addresses *own = &cable->addresses;
	char clause[64];

	if (!has_family(own, gateway->is_v6)) {
		snprintf(clause, sizeof(clause),
		         "but " PREFIX "%zu_ADDRESS has no %s address",
		         check->number, gateway->is_v6 ? "IPv6" : "IPv4");
		return refuse_address(check, "GATEWAY", gateway, clause);
	}
	if (find_address(own, own->n, gateway) < own->n)
		return refuse_address(check, "GATEWAY", gateway,
		                      "which is the sub host's own address");
	if (find_address(&cable->gateways, i, gateway) < i)
		return refuse_address(check, "GATEWAY", gateway,
		                      "which is given twice");
	return 0;
}

static int check_mtu(struct check *check)
{
	const struct cable *cable = &check->cables->v[check->number];

	if (!cable->mtu || cable->mtu >= MTU_MIN_V6 ||
	    !has_family(&cable->addresses, true))
		return 0;
	check->v.variable = get_row(check->c, check->number, "MTU");
	return value_refuse(&check->v,
	                    "is \"%u\", but " PREFIX "%zu_ADDRESS has an IPv6 "
	                    "address, which needs %d at least",
	                    cable->mtu, check->number, MTU_MIN_V6);
}

static int check_cable(struct check *check)
{
	const struct cable *cable = &check->cables->v[check->number];
	int code = 0;

	for (size_t i = 0; !code && i < cable->addresses.n; i++)
		code = check_address(check, i);
	for (size_t i = 0; !code && i < cable->gateways.n; i++)
		code = check_gateway(check, i);
	return code < 0 ? code : check_mtu(check);
}

int cable_rows_read(struct cables *cables, const struct config *c,
                    const char *where, struct err *err)
{
	struct check check = {
		.c = c, .cables = cables, .v = {.where = where, .err = err}};
	int code = 0;

	for (size_t i = 0; !code && i < c->n; i++) {
		check.v.variable = &c->v[i];
		code = read_row(&check.v, cables);
	}
	for (; !code && check.number < cables->n; check.number++)
		code = check_cable(&check);
	return code;
}

static void show_row(const struct cable *cable, const struct cable_row *row,
                     struct buf *text)
{
	row->print(text, (const char *)cable + row->field);
}

void cable_rows_each(const struct cables *cables, const struct config *c,
                     void (*each)(void *arg, const struct variable *variable,
                                  const char *value),
                     void *arg)
{
	for (size_t i = 0; i < cables->n * ROWS; i++) {
		const struct cable_row *row = &rows[i % ROWS];
		const struct variable *v = get_row(c, i / ROWS, row->suffix);
		AUTO(buf) struct buf text = {0};

		if (!v || value_is_empty(v))
			continue;
		show_row(&cables->v[i / ROWS], row, &text);
		each(arg, v, buf_text(&text));
	}
}

/* The suffix that was meant by typed: half of it may be wrong. */
static const char *find_suffix(const char *typed)
{
	const char *meant = NULL;
	size_t best = 0;

	for (size_t i = 0; i < ROWS; i++) {
		size_t distance = name_distance(typed, rows[i].suffix);

		if (distance > strlen(rows[i].suffix) / 2 ||
		    (meant && distance >= best))
			continue;
		best = distance;
		meant = rows[i].suffix;
	}
	return meant;
}

/* PREFIX, digits and at most one byte more or less before the "_". */
bool cable_rows_find_meant(const char *name, struct buf *ret_meant)
{
	size_t end = strcspn(name, "_"), digits;
	const char *number, *suffix;

	if (!name[end] || strncmp(name, PREFIX, strlen(PREFIX)) != 0)
		return false;
	number = name + strlen(PREFIX);
	digits = strspn(number, DIGITS);
	suffix = find_suffix(name + end + 1);
	if (!suffix || end > strlen(PREFIX) + digits + 1)
		return false;
	buf_puts(ret_meant, PREFIX);
	if (digits)
		buf_add(ret_meant, number, digits);
	else
		buf_putc(ret_meant, '0');
	buf_printf(ret_meant, "_%s", suffix);
	return true;
}
