/* SPDX-License-Identifier: MIT */
/* Cgroups, network, and what else a host has. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "cli/probes.h"
#include "sub/libexec.h"
#include "sys/cgroup.h"
#include "sys/link.h"
#include "sys/netlink.h"

#define FILE_MAX 65536

int probe_unified(const struct probe *p, const struct places *places)
{
	AUTO(fd) int fd = cgroup_open_root();

	(void)p;
	(void)places;
	return fd < 0 ? fd : FOUND;
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += len)
		if ((at == text || at[-1] == ' ') &&
		    (at[len] == ' ' || at[len] == '\n' || !at[len]))
			return true;
	return false;
}

int probe_controller(const struct probe *p, const struct places *places)
{
	AUTO(fd) int root_fd = cgroup_open_root();
	AUTO(fd) int old_fd = -1;
	AUTO(buf) struct buf text = {0};
	const char *old = strchr(p->arg, '/') + 1;
	char name[16];

	(void)places;
	snprintf(name, sizeof(name), "%.*s", (int)(old - p->arg - 1), p->arg);
	if (root_fd >= 0 &&
	    !file_read(root_fd, "cgroup.controllers", FILE_MAX, &text) &&
	    has_word(buf_text(&text), name))
		return FOUND_UNIFIED;
	old_fd = cgroup_open_controller(old);
	return old_fd < 0 ? old_fd : FOUND_OLD;
}

/* The root itself has not all files; one below has. */
int probe_cgroup_file(const struct probe *p, const struct places *places)
{
	AUTO(fd) int root_fd = cgroup_open_root();
	int found = NOT_TRIED;
	struct dirent *e;
	DIR *dir;

	(void)places;
	if (root_fd < 0)
		return root_fd;
	dir = fdopendir(root_fd);
	if (!dir)
		return -errno;
	fd_take(&root_fd);
	while (found == NOT_TRIED && (e = readdir(dir))) {
		char path[NAME_MAX + 32];

		if (e->d_type != DT_DIR || e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", e->d_name, p->arg);
		found = faccessat(dirfd(dir), path, F_OK, 0) < 0 ? -errno
		                                                 : FOUND;
	}
	closedir(dir);
	return found;
}

/* A program that allows all; it is attached to nothing. */
int probe_device_bpf(const struct probe *p, const struct places *places)
{
	static const struct bpf_insn allow[] = {
		{.code = BPF_ALU | BPF_MOV | BPF_K, .imm = 1},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insn_cnt = 2,
		.insns = (uint64_t)(uintptr_t)allow,
		.license = (uint64_t)(uintptr_t) "MIT",
	};
	AUTO(fd)
	int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	(void)p;
	(void)places;
	return fd < 0 ? -errno : FOUND;
}

/* In a network namespace of our own, which goes with us. */
static int open_own(struct netlink *nl)
{
	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	return netlink_open(nl);
}

int probe_veth(const struct probe *p, const struct places *places)
{
	static const uint8_t macs[2][LINK_MAC] = {{2, 0, 0, 0, 0, 1},
	                                          {2, 0, 0, 0, 0, 2}};
	AUTO(netlink) struct netlink nl = NETLINK_NONE;
	AUTO(fd) int net_fd = -1;
	struct link_veth veth = {.name = "check0",
	                         .mac = macs[0],
	                         .peer_name = "check1",
	                         .peer_mac = macs[1]};
	int r = open_own(&nl);

	(void)p;
	(void)places;
	if (r < 0)
		return r;
	net_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (net_fd < 0)
		return -errno;
	veth.peer_netns_fd = net_fd;
	link_make_veth(&nl, &veth);
	r = netlink_do(&nl, NULL, NULL, NULL);
	return r < 0 ? r : FOUND;
}

int probe_bridge(const struct probe *p, const struct places *places)
{
	static const uint8_t mac[LINK_MAC] = {2, 0, 0, 0, 0, 1};
	AUTO(netlink) struct netlink nl = NETLINK_NONE;
	int r = open_own(&nl);

	(void)p;
	(void)places;
	if (r < 0)
		return r;
	link_make_bridge(&nl, "check0", mac);
	r = netlink_do(&nl, NULL, NULL, NULL);
	return r < 0 ? r : FOUND;
}

static void put_message(struct netlink *nl, unsigned type, unsigned flags,
                        const struct nfgenmsg *head)
{
	netlink_begin(nl, (uint16_t)type, (uint16_t)flags, head, sizeof(*head));
}

static void put_table(struct netlink *nl, uint16_t type, uint16_t flags)
{
	static const struct nfgenmsg head = {.nfgen_family = NFPROTO_INET};

	put_message(nl, NFNL_SUBSYS_NFTABLES << 8 | type, NLM_F_CREATE | flags,
	            &head);
	netlink_put_text(nl, NFTA_TABLE_NAME, "check");
}

/* A table with a chain that masquerades, as one transaction; the number of its
 * last request, which is answered when all of it is done. */
static uint32_t put_nat(struct netlink *nl)
{
	static const struct nfgenmsg batch = {
		.res_id = 0x0a00}; /* NFNL_SUBSYS_NFTABLES, in network order */
	size_t list, one;

	put_message(nl, NFNL_MSG_BATCH_BEGIN, 0, &batch);
	put_table(nl, NFT_MSG_NEWTABLE, 0);
	put_table(nl, NFT_MSG_NEWCHAIN, 0);
	netlink_put_text(nl, NFTA_CHAIN_NAME, "nat");
	list = netlink_nest(nl, NFTA_CHAIN_HOOK);
	netlink_put_u32(nl, NFTA_HOOK_HOOKNUM, htonl(NF_INET_POST_ROUTING));
	netlink_put_u32(nl, NFTA_HOOK_PRIORITY, htonl(100));
	netlink_nest_end(nl, list);
	netlink_put_text(nl, NFTA_CHAIN_TYPE, "nat");
	put_table(nl, NFT_MSG_NEWRULE, NLM_F_ACK | NLM_F_APPEND);
	netlink_put_text(nl, NFTA_RULE_CHAIN, "nat");
	list = netlink_nest(nl, NFTA_RULE_EXPRESSIONS);
	one = netlink_nest(nl, NFTA_LIST_ELEM);
	netlink_put_text(nl, NFTA_EXPR_NAME, "masq");
	netlink_nest_end(nl, one);
	netlink_nest_end(nl, list);
	put_message(nl, NFNL_MSG_BATCH_END, 0, &batch);
	return nl->sequence - 1;
}

/* Take what comes back until the last request is answered, or one has failed.
 * Kernels differ in whether they answer begin and end of a batch. */
static int take_answers(int fd, uint32_t last)
{
	char bytes[8192] __attribute__((aligned(NLMSG_ALIGNTO)));

	for (;;) {
		ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
		struct nlmsghdr *m = (void *)bytes;

		if (n < 0)
			return -errno;
		for (int left = (int)n; NLMSG_OK(m, (unsigned)left);
		     m = NLMSG_NEXT(m, left)) {
			const struct nlmsgerr *e = NLMSG_DATA(m);

			if (m->nlmsg_type != NLMSG_ERROR)
				continue;
			if (e->error || m->nlmsg_seq == last)
				return e->error;
		}
	}
}

int probe_nat(const struct probe *p, const struct places *places)
{
	static const struct timeval soon = {.tv_sec = 2};
	AUTO(netlink) struct netlink nl = NETLINK_NONE;
	uint32_t last;
	int r;

	(void)p;
	(void)places;
	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	nl.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (nl.fd < 0)
		return -errno;
	setsockopt(nl.fd, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon));
	last = put_nat(&nl);
	if (send(nl.fd, nl.requests, nl.len, 0) < 0)
		return -errno;
	r = take_answers(nl.fd, last);
	return r < 0 ? r : FOUND;
}

/* Asking for a free device would make one. */
int probe_loop(const struct probe *p, const struct places *places)
{
	AUTO(fd) int fd = open("/dev/loop-control", O_RDWR | O_CLOEXEC);

	(void)p;
	(void)places;
	return fd < 0 ? -errno : FOUND;
}

int probe_limits(const struct probe *p, const struct places *places)
{
	struct rlimit before, higher;

	(void)p;
	(void)places;
	if (getrlimit(RLIMIT_MSGQUEUE, &before) < 0)
		return -errno;
	higher = before;
	if (higher.rlim_max != RLIM_INFINITY)
		higher.rlim_max++;
	else /* lower it, to raise it again */
		higher.rlim_max--;
	if (setrlimit(RLIMIT_MSGQUEUE, &higher) < 0 ||
	    setrlimit(RLIMIT_MSGQUEUE, &before) < 0)
		return -errno;
	return FOUND;
}

int probe_program(const struct probe *p, const struct places *places)
{
	char path[4096];
	int r = 0;

	(void)places;
	snprintf(path, sizeof(path), "%s", p->arg);
	if (*p->arg != '/')
		r = libexec_path(p->arg, path, sizeof(path));
	if (!r && access(path, X_OK) < 0)
		r = -errno;
	return r < 0 ? r : FOUND;
}
