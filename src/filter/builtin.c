/* SPDX-License-Identifier: MIT */
/*
 * Two lists. What `default` refuses concerns the machine and not a guest's own
 * namespaces, or is a part of the kernel that guests have broken out by and
 * services live without. Everything else passes: mounts, namespaces, ptrace,
 * chroot, since a real init, containers inside and debuggers need them, and
 * MOUNTS=no closes them by other means. What a capability that guests never
 * have is needed for is refused all the same where nothing asks for it in
 * vain: two locks.
 *
 * `strict` is for one service: a list of what is allowed.
 *
 * ENOSYS where programs are written for kernels without the call, else EPERM.
 */
#include "filter/builtin.h"

#include <asm/unistd.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "filter/program.h"

/* The newest call that was judged for these lists. */
#define NEWEST 470

struct refusal {
	int code;
	const char *name;
};

/* clang-format off */
static const struct refusal refusals[] = {
	/* the machine's kernel */
	{EPERM, "kexec_load"}, {EPERM, "kexec_file_load"},
	{EPERM, "init_module"}, {EPERM, "finit_module"},
	{EPERM, "delete_module"},
	{EPERM, "iopl"}, {EPERM, "ioperm"},
	/* Its log is the host's, and where kernel.dmesg_restrict is 0 no
	 * capability is needed to read it. */
	{EPERM, "syslog"},
	{EPERM, "acct"}, {EPERM, "swapon"}, {EPERM, "swapoff"},
	{EPERM, "quotactl"}, {EPERM, "quotactl_fd"},
	/* files by number, past every mount (CVE-2014-3519) */
	{EPERM, "open_by_handle_at"},
	/* sees what is done in a filesystem that others have mounted too */
	{EPERM, "fanotify_init"}, {EPERM, "fanotify_mark"},
	/* Keyrings know namespaces in part only. pam_keyinit and runc go on
	 * where there are none, but not when they are refused. */
	{ENOSYS, "keyctl"}, {ENOSYS, "add_key"}, {ENOSYS, "request_key"},
	/* where most ways out have led through */
	{EPERM, "bpf"}, {EPERM, "perf_event_open"}, {EPERM, "userfaultfd"},
	/* and its calls pass no filter */
	{ENOSYS, "io_uring_setup"}, {ENOSYS, "io_uring_enter"},
	{ENOSYS, "io_uring_register"},
	/* forgotten */
	{ENOSYS, "uselib"}, {ENOSYS, "_sysctl"}, {ENOSYS, "nfsservctl"},
	{ENOSYS, "lookup_dcookie"}, {ENOSYS, "vm86"}, {ENOSYS, "vm86old"},
	/* It hides what socket would be asked for; no libc needs it. */
	{ENOSYS, "socketcall"},
};
/* clang-format on */

/*
 * Families that know no network namespace. By AF_ALG a guest wrote into the
 * page cache of files it could only read (CVE-2026-31431), which a base shares
 * with all that run on it; AF_VSOCK reaches the hypervisor, and by its local
 * address the host. The answer is that of a kernel without them.
 * AF_PACKET and AF_NETLINK are a network namespace's own: they stay.
 *
 * An argument costs a run of the program per call: socket is not called often,
 * and ioctl (see filter/program) is the only other one.
 */
static const int families_refused[] = {AF_ALG, AF_VSOCK};

static const int families_allowed[] = {
	AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET,
};

/* Linux' own, as the libc asks for them; the last one only asks. */
static const unsigned personalities_allowed[] = {
	0, 8, 0x20000, 0x20008, 0xffffffff,
};

#define CLONE_NEW                                                              \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |         \
	 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

#define INT 0xffffffffu /* the bits of an int: the kernel takes no more */

/*
 * What services need: systemd's @system-service and Docker's list, without
 * what concerns other processes (ptrace, process_vm_*, pidfd_getfd, kcmp),
 * mounts, namespaces, the clock, the names of the host. clone, socket and
 * personality follow below.
 */
static const char allowed[] =
	/* files */
	"open openat openat2 creat close close_range read readv pread64 "
	"preadv preadv2 write writev pwrite64 pwritev pwritev2 lseek _llseek "
	"dup dup2 dup3 fcntl fcntl64 flock ioctl pipe pipe2 splice tee "
	"vmsplice sendfile sendfile64 copy_file_range fallocate fadvise64 "
	"fadvise64_64 arm_fadvise64_64 readahead truncate truncate64 "
	"ftruncate ftruncate64 sync syncfs fsync fdatasync sync_file_range "
	"sync_file_range2 memfd_create memfd_secret cachestat "
	/* names */
	"stat stat64 lstat lstat64 fstat fstat64 fstatat64 newfstatat statx "
	"statfs statfs64 fstatfs fstatfs64 statmount listmount access "
	"faccessat faccessat2 readlink readlinkat getdents getdents64 getcwd "
	"chdir fchdir chroot mkdir mkdirat rmdir link linkat symlink "
	"symlinkat rename renameat renameat2 unlink unlinkat mknod mknodat "
	"chmod fchmod fchmodat fchmodat2 chown chown32 fchown fchown32 lchown "
	"lchown32 fchownat umask utime utimes utimensat utimensat_time64 "
	"futimesat getxattr lgetxattr fgetxattr getxattrat setxattr lsetxattr "
	"fsetxattr setxattrat listxattr llistxattr flistxattr listxattrat "
	"removexattr lremovexattr fremovexattr removexattrat file_getattr "
	"file_setattr name_to_handle_at inotify_init inotify_init1 "
	"inotify_add_watch inotify_rm_watch "
	/* memory */
	"brk mmap mmap2 munmap mremap mprotect madvise mincore msync mlock "
	"mlock2 mlockall munlock munlockall mseal remap_file_pages pkey_alloc "
	"pkey_free pkey_mprotect map_shadow_stack mbind set_mempolicy "
	"get_mempolicy set_mempolicy_home_node membarrier "
	/* waiting */
	"poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 "
	"epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_wait "
	"epoll_wait_old epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd "
	"signalfd4 timerfd_create timerfd_settime timerfd_settime64 "
	"timerfd_gettime timerfd_gettime64 io_setup io_destroy io_submit "
	"io_cancel io_getevents io_pgetevents io_pgetevents_time64 "
	"nanosleep clock_nanosleep clock_nanosleep_time64 pause alarm "
	"sched_yield futex futex_time64 futex_waitv futex_wake futex_wait "
	"futex_requeue set_robust_list get_robust_list restart_syscall "
	/* sockets */
	"socketpair bind listen accept accept4 connect shutdown getsockname "
	"getpeername getsockopt setsockopt send sendto sendmsg sendmmsg recv "
	"recvfrom recvmsg recvmmsg recvmmsg_time64 "
	/* processes */
	"fork vfork execve execveat exit exit_group wait4 waitid waitpid "
	"pidfd_open pidfd_send_signal kill tkill tgkill getpid getppid gettid "
	"getpgid getpgrp getsid setpgid setsid prctl arch_prctl rseq "
	"set_tid_address set_thread_area get_thread_area seccomp "
	"landlock_create_ruleset landlock_add_rule landlock_restrict_self "
	"lsm_get_self_attr lsm_set_self_attr lsm_list_modules uretprobe "
	"uprobe riscv_flush_icache riscv_hwprobe "
	/* signals */
	"rt_sigaction rt_sigprocmask rt_sigpending rt_sigsuspend "
	"rt_sigtimedwait rt_sigtimedwait_time64 rt_sigqueueinfo "
	"rt_tgsigqueueinfo rt_sigreturn sigreturn sigaltstack sigaction "
	"sigprocmask sigpending sigsuspend signal "
	/* ids */
	"getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 "
	"getresuid getresuid32 getresgid getresgid32 getgroups getgroups32 "
	"setuid setuid32 setgid setgid32 setreuid setreuid32 setregid "
	"setregid32 setresuid setresuid32 setresgid setresgid32 setfsuid "
	"setfsuid32 setfsgid setfsgid32 setgroups setgroups32 capget capset "
	/* time and limits */
	"time gettimeofday clock_gettime clock_gettime64 clock_getres "
	"clock_getres_time64 adjtimex clock_adjtime clock_adjtime64 times "
	"getitimer setitimer timer_create timer_settime timer_settime64 "
	"timer_gettime timer_gettime64 timer_getoverrun timer_delete "
	"getrlimit ugetrlimit setrlimit prlimit64 getrusage getpriority "
	"setpriority nice ioprio_get ioprio_set sched_getaffinity "
	"sched_setaffinity sched_getparam sched_setparam sched_getscheduler "
	"sched_setscheduler sched_getattr sched_setattr "
	"sched_get_priority_max sched_get_priority_min sched_rr_get_interval "
	"sched_rr_get_interval_time64 getcpu getrandom uname sysinfo "
	/* System V, POSIX queues */
	"ipc msgget msgsnd msgrcv msgctl semget semop semtimedop "
	"semtimedop_time64 semctl shmget shmat shmdt shmctl mq_open mq_unlink "
	"mq_timedsend mq_timedsend_time64 mq_timedreceive "
	"mq_timedreceive_time64 mq_notify mq_getsetattr";

#define N(list) (sizeof(list) / sizeof(*(list)))

/* A name that no libseccomp knows is a slip of the pen; one that is another
 * architecture's needs no rule here. */
static int add(struct program *p, uint32_t action, const char *name,
               const struct scmp_arg_cmp *arg, struct err *err)
{
	int number = program_number(name);
	int r = number;

	if (r == -ENOTSUP)
		return 0;
	if (r >= 0)
		r = program_add(p, action, number, arg, arg ? 1 : 0);
	return r < 0 ? err_set(err, r, "cannot filter %s", name) : 0;
}

static int add_refusals(struct program *p, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < N(refusals) && !r; i++)
		r = add(p, SCMP_ACT_ERRNO(refusals[i].code), refusals[i].name,
		        NULL, err);
	for (size_t i = 0; i < N(families_refused) && !r; i++)
		r = add(p, SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket",
		        &SCMP_A0(SCMP_CMP_MASKED_EQ, INT,
		                 (unsigned)families_refused[i]),
		        err);
	return r;
}

static int add_allowed(struct program *p, struct err *err)
{
	char names[sizeof(allowed)], *rest = NULL;
	int r = 0;

	memcpy(names, allowed, sizeof(allowed));
	for (char *name = strtok_r(names, " ", &rest); name && !r;
	     name = strtok_r(NULL, " ", &rest))
		r = add(p, SCMP_ACT_ALLOW, name, NULL, err);
	return r;
}

/* Only what argument 0 is says whether they may pass. */
static int add_allowed_by_argument(struct program *p, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < N(families_allowed) && !r; i++)
		r = add(p, SCMP_ACT_ALLOW, "socket",
		        &SCMP_A0(SCMP_CMP_MASKED_EQ, INT,
		                 (unsigned)families_allowed[i]),
		        err);
	for (size_t i = 0; i < N(personalities_allowed) && !r; i++)
		r = add(p, SCMP_ACT_ALLOW, "personality",
		        &SCMP_A0(SCMP_CMP_MASKED_EQ, INT,
		                 personalities_allowed[i]),
		        err);
	if (!r)
		r = add(p, SCMP_ACT_ALLOW, "clone",
		        &SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEW, 0), err);
	/* Its flags lie in memory, where no filter looks: the libc goes back
	 * to clone. */
	if (!r)
		r = add(p, SCMP_ACT_ERRNO(ENOSYS), "clone3", NULL, err);
	return r;
}

int builtin_default(struct program *p, struct err *err)
{
	int r = program_init(p, SCMP_ACT_ALLOW, err);

	p->guards_tty = true;
	return r < 0 ? r : add_refusals(p, err);
}

int builtin_strict(struct program *p, struct err *err)
{
	int r = program_init(p, SCMP_ACT_ERRNO(EPERM), err);

	p->guards_tty = true;
	p->newest = NEWEST;
	if (!r)
		r = add_refusals(p, err);
	if (!r)
		r = add_allowed(p, err);
	return r < 0 ? r : add_allowed_by_argument(p, err);
}
