/* SPDX-License-Identifier: MIT */
/* The table of nft(8) that masquerades for one bridge, by libnftables. */
#pragma once

#define NAT_TABLE 48 /* bytes of a table's name, with the NUL */

struct addresses;
struct bridges;
struct err;
struct json_object;
struct nft_ctx;

struct nat {
	struct nft_ctx *nft; /* NULL: not open */
};

/* The name of the table of a bridge: subhost-BR, or subhost-BR-HASH. */
void nat_table(const struct bridges *host, const char *bridge,
               char ret_table[static NAT_TABLE]);

/* 0, or -errno: this kernel has no nf_tables, or we may not. */
int nat_open(struct nat *n, struct err *err);
void nat_done(struct nat *n);

/* Make the table, or make it anew, in one step: masquerade for the networks
 * of the addresses. */
int nat_put(struct nat *n, const struct bridges *host, const char *bridge,
            const struct addresses *addresses, struct err *err);

/* Take it away: 0, also when it was not there. */
int nat_remove(struct nat *n, const char *table, struct err *err);

/* All tables, chains and rules of the host, see ruleset.h; to be put. */
int nat_read(struct nat *n, struct json_object **ret_ruleset, struct err *err);

static inline void nat_auto(struct nat *n)
{
	nat_done(n);
}
