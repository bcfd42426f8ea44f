/* SPDX-License-Identifier: MIT */
/*
 * calls GROUP: try each system call of a group, each in a process of its own,
 * and say which got past the check of who asks: any answer but EPERM, EACCES,
 * ENOSYS, a limit and "no such family". Arguments are such that little would
 * happen.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HERE AT_FDCWD

static char zeros[256], text[256];
static struct {
	uint32_t type, size;
	uint64_t config[14];
} event = {1, 64, {0, 0, 0, 0, 1 << 5 | 1 << 6}}; /* software, no kernel */
static struct {
	uint32_t type, key, value, entries;
	char rest[100];
} map = {2, 4, 4, 1, ""};
static uint64_t attr[4] = {1}; /* of mount_setattr: read-only */
static uint64_t clone3_args[11];

static long clock_shift(void)
{
	struct timex t = {.modes = ADJ_SETOFFSET};

	return clock_adjtime(CLOCK_REALTIME, &t);
}

static long clock_same(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return clock_settime(CLOCK_REALTIME, &now);
}

static long first_class(void)
{
	struct {
		int priority;
	} p = {1};

	return syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &p);
}

static long clone3_with(uint64_t flags)
{
	long r;

	clone3_args[0] = flags;
	clone3_args[4] = SIGCHLD;
	r = syscall(435, clone3_args, sizeof(clone3_args));
	if (!r)
		_exit(0);
	return r;
}

/* By another table of system calls: i386's, and x32's. */
static long i386(long number, long a, long b, long c)
{
#ifdef __x86_64__
	long r;

	__asm__ volatile("int $0x80"
	                 : "=a"(r)
	                 : "a"(number), "b"(a), "c"(b), "d"(c)
	                 : "memory", "r8", "r9", "r10", "r11");
	errno = r < 0 ? -r : 0;
	return r < 0 ? -1 : r;
#else
	errno = ENOSYS;
	return -1;
#endif
}

#define X32 0x40000000

#define CALLS(TRY)                                                             \
	TRY(kernel, init_module, syscall(175, zeros, 0, zeros))                \
	TRY(kernel, finit_module, syscall(313, -1, zeros, 0))                  \
	TRY(kernel, delete_module, syscall(176, "none", 0))                    \
	TRY(kernel, kexec_load, syscall(246, 0, 0, 0, 0xff))                   \
	TRY(kernel, kexec_file_load, syscall(320, -1, -1, 0, 0, 0xff))         \
	TRY(kernel, clock_adjtime, clock_shift())                              \
	TRY(kernel, clock_settime, clock_same())                               \
	TRY(kernel, swapon, syscall(SYS_swapon, "/swap", 0))                   \
	TRY(kernel, swapoff, syscall(SYS_swapoff, "/swap"))                    \
	TRY(kernel, acct, syscall(SYS_acct, 0))                                \
	TRY(kernel, syslog, syscall(103, 3, text, 200))                        \
	TRY(kernel, perf_event_open, syscall(298, &event, 0, -1, -1, 0))       \
	TRY(kernel, bpf, syscall(321, 0, &map, 72))                            \
	TRY(kernel, userfaultfd, syscall(323, 1))                              \
	TRY(kernel, io_uring_setup, syscall(425, 1, text))                     \
	TRY(kernel, io_uring_enter, syscall(426, -1, 0, 0, 0, 0, 0))           \
	TRY(kernel, io_uring_register, syscall(427, -1, 0, 0, 0))              \
	TRY(kernel, quotactl, syscall(179, 0x80000100, 0, 0, 0))               \
	TRY(kernel, fanotify_init, syscall(300, 0x200, 0))                     \
	TRY(kernel, keyctl, syscall(250, 0, -3, 1))                            \
	TRY(kernel, add_key, syscall(248, "user", "x", "x", 1, -3))            \
	TRY(kernel, request_key, syscall(249, "user", "x", 0, -3))             \
	TRY(kernel, open_by_handle_at, syscall(304, HERE, zeros, 0))           \
	TRY(kernel, iopl, syscall(172, 3))                                     \
	TRY(kernel, ioperm, syscall(173, 0x80, 1, 1))                          \
	TRY(kernel, AF_ALG, socket(38, SOCK_SEQPACKET, 0))                     \
	TRY(kernel, AF_VSOCK, socket(40, SOCK_STREAM, 0))                      \
	TRY(kernel, vhangup, syscall(SYS_vhangup))                             \
	TRY(kernel, real_time, first_class())                                  \
	TRY(mounts, mount, mount("x", "/mnt", "tmpfs", 0, 0))                  \
	TRY(mounts, bind, mount("/etc", "/mnt", 0, MS_BIND, 0))                \
	TRY(mounts, remount, mount(0, "/", 0, MS_REMOUNT | MS_BIND, 0))        \
	TRY(mounts, shared, mount(0, "/", 0, MS_SHARED | MS_REC, 0))           \
	TRY(mounts, move, mount("/proc", "/mnt", 0, MS_MOVE, 0))               \
	TRY(mounts, umount, umount2("/proc", MNT_DETACH))                      \
	TRY(mounts, umount_run, umount2("/run", MNT_DETACH))                   \
	TRY(mounts, pivot_root, syscall(SYS_pivot_root, "/", "/"))             \
	TRY(mounts, open_tree, syscall(428, HERE, "/etc", 1))                  \
	TRY(mounts, move_mount, syscall(429, -1, "", HERE, "/mnt", 4))         \
	TRY(mounts, fsopen, syscall(430, "tmpfs", 0))                          \
	TRY(mounts, fspick, syscall(433, HERE, "/", 0))                        \
	TRY(mounts, mount_setattr, syscall(442, HERE, "/run", 0, attr, 32))    \
	TRY(mounts, unshare_mount, unshare(CLONE_NEWNS))                       \
	TRY(mounts, unshare_user, unshare(CLONE_NEWUSER))                      \
	TRY(mounts, unshare_both, unshare(CLONE_NEWUSER | CLONE_NEWNS))        \
	TRY(mounts, unshare_fs_user, unshare(CLONE_FS | CLONE_NEWUSER))        \
	TRY(mounts, clone3_mount, clone3_with(CLONE_NEWNS))                    \
	TRY(mounts, clone3_user, clone3_with(CLONE_NEWUSER))                   \
	TRY(mounts, clone3_both, clone3_with(CLONE_NEWUSER | CLONE_NEWNS))     \
	TRY(foreign, i386_keyctl, i386(288, 0, -3, 1))                         \
	TRY(foreign, i386_io_uring, i386(425, 1, (long)text, 0))               \
	TRY(foreign, i386_bpf, i386(357, 0, (long)&map, 72))                   \
	TRY(foreign, i386_getpid, i386(20, 0, 0, 0))                           \
	TRY(foreign, x32_keyctl, syscall(X32 | 250, 0, -3, 1))                 \
	TRY(foreign, x32_io_uring, syscall(X32 | 425, 1, text))                \
	TRY(foreign, x32_getpid, syscall(X32 | 39))

static int refused(void)
{
	return errno == EPERM || errno == EACCES || errno == ENOSYS ||
	       errno == ENOSPC || errno == EAFNOSUPPORT;
}

#define TRY(in, name, call)                                                    \
	if (!strcmp(argv[1], #in) && !fork()) {                                \
		errno = 0;                                                     \
		if ((call) >= 0)                                               \
			printf(#name " works\n");                              \
		else if (!refused())                                           \
			printf(#name " is reached: %s\n", strerror(errno));    \
		fflush(stdout);                                                \
		_exit(0);                                                      \
	} else {                                                               \
		wait(0);                                                       \
	}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	CALLS(TRY)
	return 0;
}
