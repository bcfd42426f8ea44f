/* SPDX-License-Identifier: MIT */
/* Each text opens with who wrote it: whoever edits it inside shall know that
 * the next start writes it anew. */
#include "model/resolv.h"

#include <stddef.h>
#include <string.h>

#include "base/buf.h"

#define SEARCH "search="

bool resolv_is_host(const struct words *dns)
{
	return dns->n == 1 && !strcmp(dns->v[0], "host");
}

const char *resolv_domain(const char *word)
{
	bool is_search = !strncmp(word, SEARCH, strlen(SEARCH));

	return is_search ? word + strlen(SEARCH) : NULL;
}

static void print_search(const struct words *dns, struct buf *b)
{
	bool any = false;

	for (size_t i = 0; i < dns->n; i++) {
		const char *domain = resolv_domain(dns->v[i]);

		if (!domain)
			continue;
		buf_printf(b, "%s%s", any ? " " : "search ", domain);
		any = true;
	}
	if (any)
		buf_putc(b, '\n');
}

void resolv_print(const struct words *dns, struct buf *b)
{
	buf_puts(b, "# written by subhost at each start: DNS in its config\n");
	print_search(dns, b);
	for (size_t i = 0; i < dns->n; i++)
		if (!resolv_domain(dns->v[i]))
			buf_printf(b, "nameserver %s\n", dns->v[i]);
}

void resolv_print_hosts(const struct words *hosts, const char *hostname,
                        struct buf *b)
{
	buf_puts(b, "# written by subhost at each start: HOSTS in its config\n"
	            "127.0.0.1 localhost\n"
	            "::1 localhost ip6-localhost ip6-loopback\n");
	buf_printf(b, "127.0.1.1 %s\n", hostname);
	for (size_t i = 0; i < hosts->n; i++)
		buf_printf(b, "%s\n", hosts->v[i]);
}
