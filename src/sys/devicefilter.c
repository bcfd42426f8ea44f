/* SPDX-License-Identifier: MIT */
/*
 * The program compares the request with one rule after the other, first those
 * of the one type, then of the other. It is kept short: loading it, which the
 * first start does, takes as long as it is. r1 is the kernel's struct
 * bpf_cgroup_dev_ctx; its fields are loaded once.
 */
#include "sys/devicefilter.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/mem.h"

#define RULE_MAX  3  /* instructions of one rule, at most */
#define FRAME_MAX 16 /* and of what is before and behind them */
#define ALLOW     -1 /* a jump to the end, where it says yes */
#define MINOR     20 /* bits of a minor number: below is the kernel's dev_t */

enum { TYPE = BPF_REG_2, ACCESS, MAJOR, NUMBER, SCRATCH = BPF_REG_0 };

struct program {
	struct bpf_insn *v;
	size_t n;
};

static void put(struct program *p, uint8_t code, uint8_t to, int16_t jump,
                int32_t value)
{
	p->v[p->n++] = (struct bpf_insn){
		.code = code, .dst_reg = to & 0xf, .off = jump, .imm = value};
}

/* From another register. */
static void put_from(struct program *p, uint8_t code, uint8_t to, uint8_t from)
{
	put(p, code, to, 0, 0);
	p->v[p->n - 1].src_reg = from & 0xf;
}

/* to = *(uint32_t *)(r1 + offset) */
static void put_load(struct program *p, uint8_t to, size_t offset)
{
	put_from(p, BPF_LDX | BPF_MEM | BPF_W, to, BPF_REG_1);
	p->v[p->n - 1].off = (int16_t)offset;
}

static void put_answer(struct program *p, int answer)
{
	put(p, BPF_ALU | BPF_MOV | BPF_K, BPF_REG_0, 0, answer);
	put(p, BPF_JMP | BPF_EXIT, 0, 0, 0);
}

static void put_fields(struct program *p)
{
	put_load(p, TYPE, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	put_from(p, BPF_ALU | BPF_MOV | BPF_X, ACCESS, TYPE);
	put(p, BPF_ALU | BPF_AND | BPF_K, TYPE, 0, 0xffff);
	put(p, BPF_ALU | BPF_RSH | BPF_K, ACCESS, 0, 16);
	put_load(p, MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major));
	put_load(p, SCRATCH, offsetof(struct bpf_cgroup_dev_ctx, minor));
	put_from(p, BPF_ALU | BPF_MOV | BPF_X, NUMBER, MAJOR);
	put(p, BPF_ALU | BPF_LSH | BPF_K, NUMBER, 0, MINOR);
	put_from(p, BPF_ALU | BPF_OR | BPF_X, NUMBER, SCRATCH);
}

/* The type is right; what does not fit goes on behind this rule. */
static void put_rule(struct program *p, const struct device_rule *rule)
{
	const uint8_t equal = BPF_JMP32 | BPF_JEQ | BPF_K;
	const uint8_t unequal = BPF_JMP32 | BPF_JNE | BPF_K;
	int32_t denied = (rule->make ? 0 : BPF_DEVCG_ACC_MKNOD) |
	                 (rule->read ? 0 : BPF_DEVCG_ACC_READ) |
	                 (rule->write ? 0 : BPF_DEVCG_ACC_WRITE);
	bool is_any = rule->minor < 0;
	uint32_t number = (uint32_t)rule->major << (is_any ? 0 : MINOR) |
	                  (is_any ? 0 : (uint32_t)rule->minor);
	uint8_t field = is_any ? MAJOR : NUMBER;

	if (!denied) {
		put(p, equal, field, ALLOW, (int32_t)number);
		return;
	}
	put(p, unequal, field, 2, (int32_t)number);
	put(p, BPF_JMP32 | BPF_JSET | BPF_K, ACCESS, 1, denied);
	put(p, BPF_JMP | BPF_JA, 0, ALLOW, 0);
}

/* All rules of one type, for that type alone. */
static void put_rules(struct program *p, bool is_block,
                      const struct device_rule *rules, size_t n)
{
	size_t begin = p->n;

	put(p, BPF_JMP32 | BPF_JNE | BPF_K, TYPE, 0,
	    is_block ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
	for (size_t i = 0; i < n; i++)
		if (rules[i].is_block == is_block)
			put_rule(p, &rules[i]);
	p->v[begin].off = (int16_t)(p->n - begin - 1);
}

static void put_end(struct program *p)
{
	put_answer(p, 0);
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].off == ALLOW)
			p->v[i].off = (int16_t)(p->n - i - 1);
	put_answer(p, 1);
}

static int bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	long r = syscall(SYS_bpf, command, attr, sizeof(*attr));

	return r < 0 ? -errno : (int)r;
}

static int load(const struct program *p)
{
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = (uint64_t)(uintptr_t)p->v,
		.insn_cnt = (uint32_t)p->n,
		.license = (uint64_t)(uintptr_t) "MIT",
	};

	return bpf(BPF_PROG_LOAD, &attr);
}

int device_filter_attach(int cgroup_fd, const struct device_rule *rules,
                         size_t n)
{
	AUTO(mem)
	struct bpf_insn *v = mem_new0((n * RULE_MAX + FRAME_MAX) * sizeof(*v));
	struct program p = {.v = v};
	union bpf_attr attr = {
		.target_fd = (uint32_t)cgroup_fd,
		.attach_type = BPF_CGROUP_DEVICE,
		.attach_flags = BPF_F_ALLOW_OVERRIDE,
	};
	AUTO(fd) int fd = -1;

	put_fields(&p);
	put_rules(&p, false, rules, n);
	put_rules(&p, true, rules, n);
	put_end(&p);
	fd = load(&p);
	if (fd < 0)
		return fd;
	attr.attach_bpf_fd = (uint32_t)fd;
	return bpf(BPF_PROG_ATTACH, &attr);
}

int device_filter_is_there(int cgroup_fd)
{
	union bpf_attr attr = {
		.query.target_fd = (uint32_t)cgroup_fd,
		.query.attach_type = BPF_CGROUP_DEVICE,
	};
	int r = bpf(BPF_PROG_QUERY, &attr);

	return r < 0 ? r : attr.query.prog_cnt > 0;
}
