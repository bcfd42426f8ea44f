/* SPDX-License-Identifier: MIT */
/*
 * Every change is one transaction of the kernel's: it is there or it is not.
 * The table is removed and made again in the same transaction, so that it is
 * always what its addresses say, and no packet passes without it.
 */
#include "net/nat.h"

#include <errno.h>
#include <linux/netlink.h>
#include <nftables/libnftables.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/address.h"
#include "net/bridge.h"
#include "net/ruleset.h"

#define NEEDS                                                                  \
	"it needs a kernel with nf_tables and nat (CONFIG_NF_TABLES_INET, "    \
	"CONFIG_NFT_MASQ)"

void nat_table(const struct bridges *host, const char *bridge,
               char ret_table[static NAT_TABLE])
{
	/* The tag's @ is none of a table's name. */
	snprintf(ret_table, NAT_TABLE, "subhost-%.15s%s%s", bridge,
	         *host->tag ? "-" : "", *host->tag ? host->tag + 1 : "");
}

void nat_done(struct nat *n)
{
	if (n->nft)
		nft_ctx_free(n->nft);
	n->nft = NULL;
}

/* libnftables ends the program when it gets no socket, so we ask first. */
static int try_socket(void)
{
	AUTO(fd)
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

	return fd < 0 ? -errno : 0;
}

int nat_open(struct nat *n, struct err *err)
{
	int r = try_socket();

	if (!r && !(n->nft = nft_ctx_new(NFT_CTX_DEFAULT)))
		r = -ENOMEM;
	if (r < 0) {
		err_set(err, r, "cannot speak to nf_tables");
		return err_hint(err, NEEDS);
	}
	/* Both are ours to tell, or to keep for ourselves. */
	nft_ctx_buffer_output(n->nft);
	nft_ctx_buffer_error(n->nft);
	return 0;
}

/* The first line of what it complains of, without its "Error: ". */
static void take_complaint(struct nat *n, struct buf *b)
{
	const char *text = nft_ctx_get_error_buffer(n->nft), *error;

	if (!text || !*text)
		text = "nft says nothing about it";
	error = strstr(text, "Error: ");
	if (error)
		text = error + strlen("Error: ");
	buf_add(b, text, strcspn(text, "\n"));
}

/* Run commands; 0, or -EIO and what nft says of it. */
static int run(struct nat *n, const char *commands, struct buf *complaint)
{
	if (!nft_run_cmd_from_buffer(n->nft, commands))
		return 0;
	take_complaint(n, complaint);
	return -EIO;
}

static bool is_repeated(const struct addresses *all, size_t at)
{
	struct address own = address_network(&all->v[at]);

	for (size_t i = 0; i < at; i++) {
		struct address other = address_network(&all->v[i]);

		if (own.length == other.length && address_equals(&own, &other))
			return true;
	}
	return false;
}

static void put_rules(struct buf *b, const char *bridge,
                      const struct addresses *addresses)
{
	for (size_t i = 0; i < addresses->n; i++) {
		struct address network = address_network(&addresses->v[i]);
		char text[ADDRESS_TEXT];

		if (is_repeated(addresses, i))
			continue;
		address_print(&network, true, text);
		/* Not what goes out by the bridge itself: with br_netfilter
		 * what one guest sends another passes here, too. */
		buf_printf(b, "%s saddr %s oifname != \"%s\" masquerade\n",
		           network.is_v6 ? "ip6" : "ip", text, bridge);
	}
}

int nat_put(struct nat *n, const struct bridges *host, const char *bridge,
            const struct addresses *addresses, struct err *err)
{
	AUTO(buf) struct buf commands = {0}, complaint = {0};
	char table[NAT_TABLE];
	int r;

	nat_table(host, bridge, table);
	/* One that is not there cannot be deleted. */
	buf_printf(
		&commands,
		"add table inet %s\n"
		"delete table inet %s\n"
		"table inet %s {\n"
		"chain postrouting {\n"
		"type nat hook postrouting priority srcnat; policy accept;\n",
		table, table, table);
	put_rules(&commands, bridge, addresses);
	buf_puts(&commands, "}\n}\n");
	r = run(n, commands.data, &complaint);
	if (!r)
		return 0;
	err_say(err, r, "cannot make the table inet %s that masquerades: %s",
	        table, complaint.data);
	return err_hint(err, NEEDS);
}

int nat_remove(struct nat *n, const char *table, struct err *err)
{
	AUTO(buf) struct buf commands = {0}, complaint = {0};
	int r;

	buf_printf(&commands, "add table inet %s\ndelete table inet %s\n",
	           table, table);
	r = run(n, commands.data, &complaint);
	return r < 0 ? err_say(err, r, "cannot remove the table inet %s: %s",
	                       table, complaint.data)
	             : 0;
}

int nat_read(struct nat *n, struct json_object **ret_ruleset, struct err *err)
{
	AUTO(buf) struct buf complaint = {0};
	struct json_object *ruleset = NULL;
	int r;

	/* Without the elements of sets, which may be very many. */
	nft_ctx_output_set_flags(n->nft,
	                         NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_TERSE);
	r = run(n, "list ruleset", &complaint);
	nft_ctx_output_set_flags(n->nft, 0);
	if (r < 0)
		return err_say(err, r, "cannot read the rules of nft: %s",
		               complaint.data);
	ruleset = ruleset_read(nft_ctx_get_output_buffer(n->nft));
	if (!ruleset)
		return err_say(err, -EBADMSG,
		               "cannot read the rules of nft: its list is not "
		               "what it should be");
	*ret_ruleset = ruleset;
	return 0;
}
