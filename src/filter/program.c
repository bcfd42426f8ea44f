/* SPDX-License-Identifier: MIT */
/*
 * libseccomp cannot compare numbers, nor allow a call but for some values of
 * an argument. So a head of a few instructions goes before its program; both
 * check the architecture, and jump forward only.
 *
 * Whatever the architecture and the number alone decide, the kernel decides
 * once, when it loads the program (5.11 on: it runs it for every number and
 * remembers those that are allowed); only the rest costs a run per call. The
 * head keeps it so: it loads an argument of ioctl alone.
 */
#include "filter/program.h"

#include <asm/ioctls.h>
#include <endian.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"

#define CODE_BYTES (BPF_MAXINSNS * sizeof(struct sock_filter))
#define X32        0x40000000 /* of x86-64: and no number elsewhere */
#define API        3          /* libseccomp's, not the building kernel's */

#if defined(__x86_64__)
#define X86_64(number) (number)
#define RISCV(number)  -ENOTSUP
#elif defined(__riscv)
#define X86_64(number) -ENOTSUP
#define RISCV(number)  (number)
#else
#define X86_64(number) -ENOTSUP
#define RISCV(number)  -ENOTSUP
#endif

/* Newer than the libseccomp of Debian 12; the same everywhere from 424 on. */
static const struct {
	const char *name;
	int number;
} newer[] = {
	{"map_shadow_stack", 453},
	{"fchmodat2", 452},
	{"futex_wake", 454},
	{"futex_wait", 455},
	{"futex_requeue", 456},
	{"statmount", 457},
	{"listmount", 458},
	{"lsm_get_self_attr", 459},
	{"lsm_set_self_attr", 460},
	{"lsm_list_modules", 461},
	{"mseal", 462},
	{"setxattrat", 463},
	{"getxattrat", 464},
	{"listxattrat", 465},
	{"removexattrat", 466},
	{"open_tree_attr", 467},
	{"file_getattr", 468},
	{"file_setattr", 469},
	{"listns", 470},
	{"uretprobe", X86_64(335)},
	{"uprobe", X86_64(336)},
	{"riscv_hwprobe", RISCV(258)},
};

/*
 * A foreign architecture's call ends the process, x32's too. ENOSYS would be
 * kinder to who only probes, but nobody does: it is a 32-bit program, which
 * cannot even exit then, or somebody who looks for a table that is watched
 * less. So it shall be seen: the shell says "Bad system call".
 */
int program_init(struct program *p, uint32_t otherwise, struct err *err)
{
	*p = (struct program){.otherwise = otherwise};
	/* Not what the kernel knows that this is built on. */
	seccomp_api_set(API);
	p->rules = seccomp_init(otherwise);
	if (!p->rules)
		return err_say(err, -ENOMEM, "libseccomp cannot begin");
	if (seccomp_attr_set(p->rules, SCMP_FLTATR_ACT_BADARCH,
	                     SCMP_ACT_KILL_PROCESS) < 0 ||
	    seccomp_attr_set(p->rules, SCMP_FLTATR_CTL_OPTIMIZE, 2) < 0)
		return err_say(err, -ENOTSUP, "libseccomp is older than 2.5");
	return 0;
}

void program_done(struct program *p)
{
	if (p->rules)
		seccomp_release(p->rules);
	*p = (struct program){0};
}

int program_number(const char *name)
{
	int number = seccomp_syscall_resolve_name(name);

	if (number >= 0)
		return number;
	for (size_t i = 0; i < sizeof(newer) / sizeof(*newer); i++)
		if (!strcmp(newer[i].name, name))
			return newer[i].number;
	return number == __NR_SCMP_ERROR ? -ENOENT : -ENOTSUP;
}

int program_add(struct program *p, uint32_t action, int number,
                const struct scmp_arg_cmp *args, unsigned n)
{
	if (action == p->otherwise)
		return 0;
	return seccomp_rule_add_array(p->rules, action, number, n, args);
}

#define FIELD(name) offsetof(struct seccomp_data, name)
#if __BYTE_ORDER == __LITTLE_ENDIAN
#define LOW_WORD 0
#else
#define LOW_WORD 4
#endif
#define LOAD(at)           BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (at))
#define JUMP(how, k, t, f) BPF_JUMP(BPF_JMP | BPF_##how | BPF_K, (k), (t), (f))
#define RETURN(action)     BPF_STMT(BPF_RET | BPF_K, (action))
#define FAIL(code)         RETURN(SECCOMP_RET_ERRNO | (code))

/* A libc that knows a newer call tries it first, and tries an older one if it
 * is told that there is no such call; of "not permitted" it dies. */
static void put_newest(struct buf *code, uint32_t arch, unsigned newest)
{
	const struct sock_filter head[] = {
		LOAD(FIELD(arch)),    JUMP(JEQ, arch, 0, 4),   LOAD(FIELD(nr)),
		JUMP(JGE, X32, 2, 0), JUMP(JGT, newest, 0, 1), FAIL(ENOSYS),
	};

	buf_add(code, head, sizeof(head));
}

/* The kernel takes 32 bits of a request, so 32 are compared: with 64, one
 * above them would be let through and work (CVE-2019-7303). */
static void put_tty(struct buf *code, uint32_t arch)
{
	const struct sock_filter head[] = {
		LOAD(FIELD(arch)),
		JUMP(JEQ, arch, 0, 6),
		LOAD(FIELD(nr)),
		JUMP(JEQ, SYS_ioctl, 0, 4),
		LOAD(FIELD(args[1]) + LOW_WORD),
		JUMP(JEQ, TIOCSTI, 1, 0),
		JUMP(JEQ, TIOCLINUX, 0, 1),
		FAIL(EPERM),
	};

	buf_add(code, head, sizeof(head));
}

/* libseccomp writes to descriptors only. */
static int put_rules(struct buf *code, const struct program *p)
{
	static char bytes[CODE_BYTES + 1];
	AUTO(fd) int fd = memfd_create("rules", MFD_CLOEXEC);
	int r = fd < 0 ? -errno : seccomp_export_bpf(p->rules, fd);
	ssize_t n;

	if (r < 0)
		return r;
	n = pread(fd, bytes, sizeof(bytes), 0);
	if (n < 0)
		return -errno;
	buf_add(code, bytes, (size_t)n);
	return 0;
}

int program_write(const struct program *p, int fd, struct err *err)
{
	AUTO(buf) struct buf code = {0};
	int r;

	if (p->newest)
		put_newest(&code, seccomp_arch_native(), p->newest);
	if (p->guards_tty)
		put_tty(&code, seccomp_arch_native());
	r = put_rules(&code, p);
	if (r < 0)
		return err_set(err, r, "libseccomp cannot compile it");
	if (code.len > CODE_BYTES)
		return err_say(err, -E2BIG,
		               "it compiles to more than the %d instructions "
		               "that the kernel takes",
		               BPF_MAXINSNS);
	if (write(fd, code.data, code.len) != (ssize_t)code.len)
		return err_set(err, errno ? -errno : -EIO, "cannot write");
	return 0;
}
