/* SPDX-License-Identifier: MIT */
/* The programs that are part of subhost, run here as the kernel runs them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <asm/ioctls.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base/auto.h"
#include "base/err.h"
#include "run/filter.h"

#if defined(__x86_64__)
#define NATIVE  AUDIT_ARCH_X86_64
#define FOREIGN AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define NATIVE  AUDIT_ARCH_AARCH64
#define FOREIGN AUDIT_ARCH_ARM
#elif defined(__riscv)
#define NATIVE  AUDIT_ARCH_RISCV64
#define FOREIGN AUDIT_ARCH_RISCV32
#endif

#define ALLOW    SECCOMP_RET_ALLOW
#define KILL     SECCOMP_RET_KILL_PROCESS
#define FAIL(no) (SECCOMP_RET_ERRNO | (no))
#define NUMBERS  1024
#define HIGH     (1ull << 40) /* above what the kernel looks at */

/* One run: what comes out, and whether an argument was looked at. */
struct outcome {
	uint32_t action;
	bool looked;
};

static bool jumps(const struct sock_filter *i, uint32_t a)
{
	switch (BPF_OP(i->code)) {
	case BPF_JEQ:
		return a == i->k;
	case BPF_JGE:
		return a >= i->k;
	case BPF_JGT:
		return a > i->k;
	case BPF_JSET:
		return a & i->k;
	default:
		fail_msg("jump %x", i->code);
		return false;
	}
}

static struct outcome run(const struct filter *f, struct seccomp_data *data)
{
	const struct sock_filter *code = f->code;
	struct outcome o = {0};
	uint32_t a = 0;

	for (size_t at = 0; at < f->n; at++) {
		const struct sock_filter *i = &code[at];

		switch (BPF_CLASS(i->code)) {
		case BPF_LD:
			assert_int_equal(i->code, BPF_LD | BPF_W | BPF_ABS);
			assert_true(i->k <= sizeof(*data) - sizeof(a));
			memcpy(&a, (char *)data + i->k, sizeof(a));
			o.looked |= i->k >= 8;
			break;
		case BPF_ALU:
			assert_int_equal(i->code, BPF_ALU | BPF_AND | BPF_K);
			a &= i->k;
			break;
		case BPF_JMP:
			if (BPF_OP(i->code) == BPF_JA)
				at += i->k;
			else
				at += jumps(i, a) ? i->jt : i->jf;
			break;
		case BPF_RET:
			o.action = i->k;
			return o;
		default:
			fail_msg("instruction %x", i->code);
		}
	}
	fail_msg("runs past its end");
	return o;
}

static struct outcome ask(const struct filter *f, long number, uint64_t arg0,
                          uint64_t arg1)
{
	struct seccomp_data data = {
		.nr = (int)number, .arch = NATIVE, .args = {arg0, arg1}};

	return run(f, &data);
}

static void assert_says(const struct filter *f, long number, uint64_t arg0,
                        uint32_t action)
{
	uint32_t said = ask(f, number, arg0, 0).action;

	if (said != action)
		print_message("call %ld: %x, not %x\n", number, said, action);
	assert_int_equal(said, action);
}

static void find(struct filter *f, const char *seccomp)
{
	struct err err = {0};

	assert_int_equal(filter_find(seccomp, f, &err), 0);
}

static const struct {
	long number;
	int code;
} refused[] = {
	{SYS_kexec_load, EPERM},
	{SYS_kexec_file_load, EPERM},
	{SYS_init_module, EPERM},
	{SYS_finit_module, EPERM},
	{SYS_delete_module, EPERM},
	{SYS_syslog, EPERM},
	{SYS_acct, EPERM},
	{SYS_swapon, EPERM},
	{SYS_swapoff, EPERM},
	{SYS_quotactl, EPERM},
	{443 /* quotactl_fd */, EPERM},
	{SYS_open_by_handle_at, EPERM},
	{SYS_fanotify_init, EPERM},
	{SYS_fanotify_mark, EPERM},
	{SYS_keyctl, ENOSYS},
	{SYS_add_key, ENOSYS},
	{SYS_request_key, ENOSYS},
	{SYS_bpf, EPERM},
	{SYS_perf_event_open, EPERM},
	{SYS_userfaultfd, EPERM},
	{SYS_io_uring_setup, ENOSYS},
	{SYS_io_uring_enter, ENOSYS},
	{SYS_io_uring_register, ENOSYS},
	{SYS_lookup_dcookie, ENOSYS},
	{SYS_nfsservctl, ENOSYS},
#if defined(__x86_64__)
	{SYS_iopl, EPERM},
	{SYS_ioperm, EPERM},
	{SYS_uselib, ENOSYS},
	{SYS__sysctl, ENOSYS},
#endif
};

#define REFUSED (sizeof(refused) / sizeof(*refused))

static uint32_t wanted_by_default(long number)
{
	for (size_t i = 0; i < REFUSED; i++)
		if (refused[i].number == number)
			return (uint32_t)FAIL(refused[i].code);
	return ALLOW;
}

/* Neither more nor less. */
static void default_refuses_its_list(void **state)
{
	AUTO(filter) struct filter f = {0};

	(void)state;
	find(&f, "default");
	for (long number = 0; number < NUMBERS; number++)
		assert_says(&f, number, 0, wanted_by_default(number));
}

static void strict_refuses_it_too(void **state)
{
	AUTO(filter) struct filter f = {0};

	(void)state;
	find(&f, "strict");
	for (size_t i = 0; i < REFUSED; i++)
		assert_says(&f, refused[i].number, 0,
		            (uint32_t)FAIL(refused[i].code));
}

static void both_keep_keys_out_of_terminals(void **state)
{
	static const char *const which[] = {"default", "strict"};
	static const struct {
		uint64_t request;
		uint32_t action;
	} requests[] = {
		{TIOCSTI, FAIL(EPERM)},
		{TIOCLINUX, FAIL(EPERM)},
		{TIOCSTI | HIGH, FAIL(EPERM)},
		{TIOCLINUX | HIGH, FAIL(EPERM)},
		{TIOCSCTTY, ALLOW},
		{0, ALLOW},
		{TIOCSTI + 1, ALLOW},
		{UINT64_MAX, ALLOW},
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		AUTO(filter) struct filter f = {0};

		find(&f, which[i]);
		for (size_t n = 0; n < sizeof(requests) / sizeof(*requests);
		     n++)
			assert_int_equal(
				ask(&f, SYS_ioctl, 0, requests[n].request)
					.action,
				requests[n].action);
	}
}

static void both_refuse_families(void **state)
{
	static const char *const which[] = {"default", "strict"};
	static const int passing[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK,
	                              AF_PACKET};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		AUTO(filter) struct filter f = {0};

		find(&f, which[i]);
		assert_says(&f, SYS_socket, AF_ALG, FAIL(EAFNOSUPPORT));
		assert_says(&f, SYS_socket, AF_VSOCK, FAIL(EAFNOSUPPORT));
		assert_says(&f, SYS_socket, AF_ALG | HIGH, FAIL(EAFNOSUPPORT));
		for (size_t n = 0; n < sizeof(passing) / sizeof(*passing); n++)
			assert_says(&f, SYS_socket, (uint64_t)passing[n],
			            ALLOW);
		assert_says(&f, SYS_socket, AF_BLUETOOTH,
		            i ? FAIL(EPERM) : ALLOW);
	}
}

/* The kernel then remembers that they are allowed (see filter/program). */
static void only_these_look_at_arguments(void **state)
{
	AUTO(filter) struct filter usual = {0}, strict = {0};

	(void)state;
	find(&usual, "default");
	find(&strict, "strict");
	for (long n = 0; n < NUMBERS; n++) {
		bool some = n == SYS_ioctl || n == SYS_socket;

		assert_int_equal(ask(&usual, n, 0, 0).looked, some);
		some |= n == SYS_clone || n == SYS_personality;
		assert_int_equal(ask(&strict, n, 0, 0).looked, some);
	}
}

static void both_kill_what_is_foreign(void **state)
{
	static const char *const which[] = {"default", "strict"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct seccomp_data data = {.nr = 1, .arch = FOREIGN};
		AUTO(filter) struct filter f = {0};

		find(&f, which[i]);
		for (data.nr = 0; data.nr < NUMBERS; data.nr++)
			assert_int_equal(run(&f, &data).action, KILL);
#if defined(__x86_64__)
		assert_says(&f, 0x40000000, 0, KILL);
		assert_says(&f, 0x40000000 + SYS_read, 0, KILL);
		assert_says(&f, 0x40000000 + 1000, 0, KILL);
#endif
	}
}

/* For these a service has no use, or they concern other processes. */
static const long not_for_services[] = {
	SYS_mount,
	SYS_umount2,
	SYS_pivot_root,
	SYS_unshare,
	SYS_setns,
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_kcmp,
	SYS_reboot,
	SYS_sethostname,
	SYS_setdomainname,
	SYS_settimeofday,
	SYS_clock_settime,
	SYS_vhangup,
	SYS_migrate_pages,
	SYS_move_pages,
	428 /* open_tree */,
	429 /* move_mount */,
	430 /* fsopen */,
	431 /* fsconfig */,
	432 /* fsmount */,
	433 /* fspick */,
	438 /* pidfd_getfd */,
	440 /* process_madvise */,
	442 /* mount_setattr */,
	448 /* process_mrelease */,
	467 /* open_tree_attr */,
	470 /* listns */,
#if defined(__x86_64__)
	SYS_modify_ldt,
	SYS_create_module,
	SYS_sysfs,
	SYS_ustat,
#endif
};

/* What our own steps, a libc and a common service make. */
static const long for_services[] = {
	SYS_read,
	SYS_write,
	SYS_openat,
	SYS_close,
	SYS_mmap,
	SYS_brk,
	SYS_execve,
	SYS_execveat,
	SYS_prctl,
	SYS_capget,
	SYS_capset,
	SYS_setgroups,
	SYS_setresuid,
	SYS_setresgid,
	SYS_setsid,
	SYS_chdir,
	SYS_fcntl,
	SYS_dup3,
	SYS_exit_group,
	SYS_rt_sigprocmask,
	SYS_ppoll,
	SYS_futex,
	SYS_bind,
	SYS_accept4,
	SYS_chroot,
	SYS_epoll_pwait,
	SYS_getrandom,
	SYS_seccomp,
	SYS_rt_sigreturn,
	SYS_sched_yield,
	SYS_mknodat,
	436 /* close_range */,
	437 /* openat2 */,
	439 /* faccessat2 */,
	441 /* epoll_pwait2 */,
	451 /* cachestat */,
	452 /* fchmodat2 */,
	462 /* mseal */,
};

static void strict_allows_a_service(void **state)
{
	AUTO(filter) struct filter f = {0};

	(void)state;
	find(&f, "strict");
	for (size_t i = 0; i < sizeof(for_services) / sizeof(long); i++)
		assert_says(&f, for_services[i], 0, ALLOW);
	for (size_t i = 0; i < sizeof(not_for_services) / sizeof(long); i++)
		assert_says(&f, not_for_services[i], 0, FAIL(EPERM));
	for (long number = 471; number < NUMBERS; number++)
		assert_says(&f, number, 0, FAIL(ENOSYS));
}

static void strict_allows_no_namespaces(void **state)
{
	static const uint64_t namespaces[] = {
		CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
		CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNET,
	};
	AUTO(filter) struct filter f = {0};

	(void)state;
	find(&f, "strict");
	assert_says(&f, SYS_clone, 17, ALLOW);
	assert_says(&f, SYS_clone, CLONE_VM | CLONE_THREAD, ALLOW);
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(uint64_t); i++)
		assert_says(&f, SYS_clone, 17 | namespaces[i], FAIL(EPERM));
	assert_says(&f, 435 /* clone3 */, 0, FAIL(ENOSYS));
	assert_says(&f, SYS_personality, 0, ALLOW);
	assert_says(&f, SYS_personality, 0xffffffff, ALLOW);
	assert_says(&f, SYS_personality, UINT64_MAX, ALLOW);
	assert_says(&f, SYS_personality, 0x40000, FAIL(EPERM));
}

static void off_is_none(void **state)
{
	AUTO(filter) struct filter f = {0};

	(void)state;
	find(&f, "off");
	assert_int_equal(f.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(default_refuses_its_list),
		cmocka_unit_test(strict_refuses_it_too),
		cmocka_unit_test(both_keep_keys_out_of_terminals),
		cmocka_unit_test(both_refuse_families),
		cmocka_unit_test(only_these_look_at_arguments),
		cmocka_unit_test(both_kill_what_is_foreign),
		cmocka_unit_test(strict_allows_a_service),
		cmocka_unit_test(strict_allows_no_namespaces),
		cmocka_unit_test(off_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
