/* SPDX-License-Identifier: MIT */
/* The values of cables and names: BRIDGES, ETHn_…, DNS and HOSTS. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/words.h"
#include "model/address.h"
#include "model/cable.h"
#include "model/config.h"
#include "model/resolv.h"
#include "model/value.h"

#define BLANKS " \t"
#define HOST_NAME_BYTES                                                        \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"                 \
	"0123456789_.-"
#define HOST_NAME_MAX 253
#define MTU_MIN       68 /* of IPv4, RFC 791 */
#define MTU_MAX       65535
#define SERVERS_MAX   3 /* the libc's resolvers look at no more */
#define DOMAINS_MAX   6

/* The first of the n cables before it that was given mac too, or n. */
static size_t find_mac(const struct cable *cables, size_t n,
                       const struct mac *mac)
{
	for (size_t i = 0; i < n; i++)
		if (cables[i].has_mac && mac_equals(&cables[i].mac, mac))
			return i;
	return n;
}

static int read_cable(const struct value *v, const char *entry,
                      struct cables *cables)
{
	struct cable *cable = &cables->v[cables->n];
	const char *fault = cable_parse(entry, cable);
	size_t other;
	char allowed[64];

	if (fault)
		return value_refuse_text(v, entry, fault);
	other = find_mac(cables->v, cables->n, &cable->mac);
	if (cable->has_mac && other < cables->n) {
		snprintf(allowed, sizeof(allowed),
		         "but cable %zu has that MAC already", other);
		return value_refuse_text(v, entry, allowed);
	}
	cables->n++;
	return 0;
}

int value_read_cables(const struct value *v, void *field)
{
	AUTO(words) struct words list = {0};
	struct cables *cables = field;

	value_take_list(v, &list);
	if (list.n > CABLES_MAX)
		return value_refuse(v, "has %zu cables, at most %d are allowed",
		                    list.n, CABLES_MAX);
	cables->v = mem_new0(list.n * sizeof(*cables->v));
	for (size_t i = 0; i < list.n; i++) {
		int code = read_cable(v, list.v[i], cables);

		if (code < 0)
			return code;
	}
	return 0;
}

void value_print_cables(struct buf *b, const void *field)
{
	const struct cables *cables = field;

	for (size_t i = 0; i < cables->n; i++) {
		if (i)
			buf_putc(b, ' ');
		cable_print(&cables->v[i], b);
	}
}

static const char *parse_gateway(const char *text, struct address *ret_address)
{
	struct address a;
	const char *fault = address_parse_host(text, &a);

	if (!fault)
		fault = address_fault(&a);
	if (!fault)
		*ret_address = a;
	return fault;
}

static int read_addresses(const struct value *v, struct addresses *field,
                          const char *(*parse)(const char *text,
                                               struct address *ret_address))
{
	AUTO(words) struct words list = {0};

	value_take_list(v, &list);
	for (size_t i = 0; i < list.n; i++) {
		struct address a;
		const char *fault = parse(list.v[i], &a);

		if (fault)
			return value_refuse_text(v, list.v[i], fault);
		addresses_add(field, &a);
	}
	return 0;
}

int value_read_addresses(const struct value *v, void *field)
{
	return read_addresses(v, field, address_parse);
}

int value_read_gateways(const struct value *v, void *field)
{
	return read_addresses(v, field, parse_gateway);
}

static void print_addresses(struct buf *b, const struct addresses *a,
                            bool with_length)
{
	for (size_t i = 0; i < a->n; i++) {
		char text[ADDRESS_TEXT];

		address_print(&a->v[i], with_length, text);
		buf_printf(b, "%s%s", i ? " " : "", text);
	}
}

void value_print_addresses(struct buf *b, const void *field)
{
	print_addresses(b, field, true);
}

void value_print_gateways(struct buf *b, const void *field)
{
	print_addresses(b, field, false);
}

int value_read_mtu(const struct value *v, void *field)
{
	return value_take_number(v, MTU_MIN, MTU_MAX, field);
}

static bool is_host_name(const char *text)
{
	size_t len = strlen(text);

	return len && len <= HOST_NAME_MAX &&
	       strspn(text, HOST_NAME_BYTES) == len;
}

static bool is_dns_word(const char *word)
{
	const char *domain = resolv_domain(word);
	struct address server;

	if (domain)
		return is_host_name(domain);
	return !strcmp(word, "host") || !address_parse_host(word, &server);
}

static int check_dns_word(const struct value *v, const char *word, size_t n)
{
	if (!strcmp(word, "host") && n > 1)
		return value_refuse_text(v, word,
		                         "which has to stand alone: the host's "
		                         "resolv.conf is taken as it is");
	if (is_dns_word(word))
		return 0;
	return value_refuse_text(v, word,
	                         "an IP address, search=DOMAIN or the word "
	                         "host is needed");
}

int value_read_dns(const struct value *v, void *field)
{
	AUTO(words) struct words list = {0};
	size_t domains = 0;

	value_take_list(v, &list);
	for (size_t i = 0; i < list.n; i++) {
		int code = check_dns_word(v, list.v[i], list.n);

		if (code < 0)
			return code;
		domains += resolv_domain(list.v[i]) != NULL;
	}
	if (list.n - domains > SERVERS_MAX)
		return value_refuse(v,
		                    "has %zu servers, at most %d are allowed",
		                    list.n - domains, SERVERS_MAX);
	if (domains > DOMAINS_MAX)
		return value_refuse(
			v, "has %zu search domains, at most %d are allowed",
			domains, DOMAINS_MAX);
	*(struct words *)field = list;
	list = (struct words){0};
	return 0;
}

/* Take a line of HOSTS apart and add it with single blanks. */
static int read_host(const struct value *v, const char *line,
                     struct words *hosts)
{
	AUTO(mem) char *text = mem_copy(line);
	AUTO(buf) struct buf tidy = {0};
	struct address address;
	size_t n = 0;
	char *rest = NULL;

	for (char *word = strtok_r(text, BLANKS, &rest); word;
	     word = strtok_r(NULL, BLANKS, &rest), n++) {
		if (!n && address_parse_host(word, &address))
			break;
		if (n && !is_host_name(word))
			return value_refuse_text(
				v, word,
				"a host's name of letters, digits, '-', '.' "
				"and '_' is needed, 253 at most");
		buf_printf(&tidy, "%s%s", n ? " " : "", word);
	}
	if (n < 2)
		return value_refuse_text(v, line,
		                         "ADDRESS NAME [NAME…] is needed, as "
		                         "10.0.0.3 db");
	words_add(hosts, buf_text(&tidy));
	return 0;
}

/* The lines of one text, blank ones left out. */
static int read_lines(const struct value *v, const char *lines,
                      struct words *hosts)
{
	AUTO(mem) char *text = mem_copy(lines);
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		int code = line[strspn(line, BLANKS)]
		                   ? read_host(v, line, hosts)
		                   : 0;

		if (code < 0)
			return code;
	}
	return 0;
}

int value_read_hosts(const struct value *v, void *field)
{
	const struct words *values = &v->variable->values;

	for (size_t i = 0; i < values->n; i++) {
		int code = read_lines(v, values->v[i], field);

		if (code < 0)
			return code;
	}
	return 0;
}
