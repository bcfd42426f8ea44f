/* SPDX-License-Identifier: MIT */
/*
 * subhost-probe N: what is in the image that descriptor 0 is? N is a
 * partition's number, 0 the whole image. One line on standard output:
 *
 *   TYPE OFFSET SIZE       bytes; SIZE 0: to the end; with exit status 0
 *   PARTITIONS [N...]      which there are; with exit status 4 and 5
 *
 * Exit status: 0 found, 1 it cannot be read, 2 called wrongly, 3 nothing
 * found there, 4 a partition table and no filesystem over the whole image,
 * 5 no such partition, 6 more than one answer, 7 the partition reaches past
 * the image's end, 8 no sandbox.
 *
 * A guest may have written these bytes, so a process that can do nothing but
 * read them looks at them.
 */
#include <blkid/blkid.h>
#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/auto.h"

#define NOBODY         65534
#define SECTOR         512 /* libblkid's unit for partitions, always */
#define PARTITIONS_MAX 128 /* that are named */

enum answer {
	FOUND,
	CANNOT_READ,
	WRONG_CALL,
	NOTHING,
	HAS_PARTITIONS,
	NO_SUCH_PARTITION,
	AMBIVALENT,
	PAST_THE_END,
	NO_SANDBOX,
};

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#endif

/* A sanitizer's own needs are more than a sandbox of this kind grants; its
 * search for leaks wants a process to trace this one. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

#if defined(ARCH) && !defined(SANITIZED)
#define FIELD(name)                                                            \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
#define PASS_IF(value)                                                         \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, 1),                    \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* Read, seek, get memory, answer, end. */
static bool allow_reading_only(void)
{
	struct sock_filter filter[] = {
		FIELD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		FIELD(nr),
		PASS_IF(SYS_read),
		PASS_IF(SYS_pread64),
		PASS_IF(SYS_lseek),
		PASS_IF(SYS_fstat),
		PASS_IF(SYS_newfstatat),
		PASS_IF(SYS_fadvise64),
		PASS_IF(SYS_mmap),
		PASS_IF(SYS_munmap),
		PASS_IF(SYS_mremap),
		PASS_IF(SYS_mprotect),
		PASS_IF(SYS_brk),
		PASS_IF(SYS_getrandom),
		PASS_IF(SYS_write),
		PASS_IF(SYS_exit_group),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	};
	struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(*filter),
		.filter = filter,
	};

	return !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
#else
static bool allow_reading_only(void)
{
	return true;
}
#endif

static bool give_up_root(void)
{
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0;
	     cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return false;
	return !setgroups(0, NULL) && !setresgid(NOBODY, NOBODY, NOBODY) &&
	       !setresuid(NOBODY, NOBODY, NOBODY);
}

static bool limit_resources(void)
{
	static const struct {
		int what;
		rlim_t most;
	} limits[] = {
		{RLIMIT_FSIZE, 0},  {RLIMIT_NPROC, 0},
		{RLIMIT_CORE, 0},   {RLIMIT_CPU, 10},
#ifndef SANITIZED
		{RLIMIT_NOFILE, 3}, {RLIMIT_AS, 256 << 20},
#endif
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		struct rlimit most = {limits[i].most, limits[i].most};

		if (setrlimit(limits[i].what, &most) < 0)
			return false;
	}
	return true;
}

static bool give_up_power(void)
{
	if (!geteuid() && !give_up_root())
		return false;
	/* After the change of ids, which forgets the first of them. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return false;
	return limit_resources() && allow_reading_only();
}

static void probe_auto(blkid_probe *pr)
{
	blkid_free_probe(*pr);
}

/* size 0: to the end. */
static blkid_probe open_probe(uint64_t offset, uint64_t size)
{
	blkid_probe pr = blkid_new_probe();

	if (!pr)
		return NULL;
	blkid_probe_enable_superblocks(pr, 0);
	blkid_probe_enable_partitions(pr, 0);
	if (!blkid_probe_set_device(pr, 0, (blkid_loff_t)offset,
	                            (blkid_loff_t)size))
		return pr;
	blkid_free_probe(pr);
	return NULL;
}

static enum answer find_filesystem(uint64_t offset, uint64_t size,
                                   char *ret_type, size_t room)
{
	AUTO(probe) blkid_probe pr = open_probe(offset, size);
	const char *type;

	if (!pr)
		return CANNOT_READ;
	blkid_probe_enable_superblocks(pr, 1);
	blkid_probe_set_superblocks_flags(pr, BLKID_SUBLKS_TYPE);
	switch (blkid_do_safeprobe(pr)) {
	case 0:
		break;
	case 1:
		return NOTHING;
	case -2:
		return AMBIVALENT;
	default:
		return CANNOT_READ;
	}
	if (blkid_probe_lookup_value(pr, "TYPE", &type, NULL) < 0)
		return NOTHING;
	snprintf(ret_type, room, "%s", type);
	return FOUND;
}

/* Say which partitions can hold something; return how many. */
static int print_partitions(blkid_partlist list)
{
	int n = list ? blkid_partlist_numof_partitions(list) : 0;
	int count = 0;

	printf("PARTITIONS");
	for (int i = 0; i < n && count < PARTITIONS_MAX; i++) {
		blkid_partition part = blkid_partlist_get_partition(list, i);

		if (blkid_partition_is_extended(part))
			continue;
		printf(" %d", blkid_partition_get_partno(part));
		count++;
	}
	printf("\n");
	return count;
}

static enum answer look_at_whole(blkid_partlist list)
{
	char type[64];
	enum answer answer = find_filesystem(0, 0, type, sizeof(type));

	if (answer == NOTHING && list && blkid_partlist_get_table(list)) {
		print_partitions(list);
		return HAS_PARTITIONS;
	}
	if (answer != FOUND)
		return answer;
	/* What remains of an older use? Nobody can tell which. */
	if (list && blkid_partlist_numof_partitions(list) > 0)
		return AMBIVALENT;
	printf("%s 0 0\n", type);
	return FOUND;
}

static enum answer look_at_partition(blkid_partlist list, int number,
                                     uint64_t image_size)
{
	blkid_partition part = NULL;
	uint64_t sectors = image_size / SECTOR;
	uint64_t start, size;
	enum answer answer;
	char type[64];

	if (list)
		part = blkid_partlist_get_partition_by_partno(list, number);
	if (!part || blkid_partition_is_extended(part)) {
		print_partitions(list);
		return NO_SUCH_PARTITION;
	}
	start = (uint64_t)blkid_partition_get_start(part);
	size = (uint64_t)blkid_partition_get_size(part);
	if (!size || start > sectors || size > sectors - start)
		return PAST_THE_END;
	answer = find_filesystem(start * SECTOR, size * SECTOR, type,
	                         sizeof(type));
	if (answer == FOUND)
		printf("%s %llu %llu\n", type,
		       (unsigned long long)(start * SECTOR),
		       (unsigned long long)(size * SECTOR));
	return answer;
}

int main(int argc, char **argv)
{
	AUTO(probe) blkid_probe pr = NULL;
	blkid_partlist list;
	unsigned long number;
	struct stat st;
	char *end;

	if (argc != 2)
		return WRONG_CALL;
	number = strtoul(argv[1], &end, 10);
	if (end == argv[1] || *end || number > 65535 || fstat(0, &st) < 0)
		return WRONG_CALL;
	if (!give_up_power())
		return NO_SANDBOX;

	pr = open_probe(0, 0);
	if (!pr)
		return CANNOT_READ;
	blkid_probe_enable_partitions(pr, 1);
	list = blkid_probe_get_partitions(pr);
	if (!number)
		return look_at_whole(list);
	return look_at_partition(list, (int)number, (uint64_t)st.st_size);
}
