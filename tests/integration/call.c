/* SPDX-License-Identifier: MIT */
/*
 * call "NAME [ARGUMENT...]"...: make these system calls, print what each says:
 * "NAME: fine", or its errno's name. Arguments are numbers. i386 and x32 make
 * getpid in those ways; number N makes call N.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARGUMENTS 6
#define X32       0x40000000

#define CALL(name)                                                             \
	{                                                                      \
#name, SYS_##name                                              \
	}

static const struct {
	const char *name;
	long number;
} calls[] = {
	CALL(acct),
	CALL(add_key),
	CALL(bpf),
	CALL(chroot),
	CALL(clone),
	CALL(clone3),
	CALL(close_range),
	CALL(delete_module),
	CALL(fanotify_init),
	CALL(fanotify_mark),
	CALL(finit_module),
	CALL(getpid),
	CALL(init_module),
	CALL(io_uring_enter),
	CALL(io_uring_register),
	CALL(io_uring_setup),
	CALL(ioctl),
	CALL(kcmp),
	CALL(kexec_file_load),
	CALL(kexec_load),
	CALL(keyctl),
	CALL(lookup_dcookie),
	CALL(mkdir),
	CALL(mount),
	CALL(nfsservctl),
	CALL(open_by_handle_at),
	CALL(perf_event_open),
	CALL(personality),
	CALL(process_vm_readv),
	CALL(ptrace),
	CALL(quotactl),
	{"quotactl_fd", 443},
	CALL(request_key),
	CALL(setns),
	CALL(socket),
	CALL(swapoff),
	CALL(swapon),
	CALL(sync),
	CALL(syslog),
	CALL(unshare),
	CALL(userfaultfd),
#if defined(__x86_64__)
	CALL(_sysctl),
	CALL(ioperm),
	CALL(iopl),
	CALL(uselib),
#endif
};

static long number_of(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (!strcmp(calls[i].name, name))
			return calls[i].number;
	fprintf(stderr, "call: no %s here\n", name);
	exit(2);
}

static long call_foreign(void)
{
#if defined(__x86_64__)
	long result;

	__asm__ volatile("int $0x80"
	                 : "=a"(result)
	                 : "a"(20L)
	                 : "r8", "r9", "r10", "r11", "memory");
	return result;
#else
	return 0;
#endif
}

static long call(const char *name, unsigned long *args)
{
	if (!strcmp(name, "i386"))
		return call_foreign();
	if (!strcmp(name, "x32"))
		return syscall(X32 | SYS_getpid);
	if (!strcmp(name, "number"))
		return syscall((long)args[0], 0, 0, 0, 0, 0, 0);
	return syscall(number_of(name), args[0], args[1], args[2], args[3],
	               args[4], args[5]);
}

static void try(char *words)
{
	unsigned long args[ARGUMENTS] = {0};
	char *name = strtok(words, " "), *word;

	if (!name)
		return;
	for (int i = 0; i < ARGUMENTS && (word = strtok(NULL, " ")); i++)
		args[i] = strtoul(word, NULL, 0);
	errno = 0;
	if (!call(name, args) && !strcmp(name, "clone"))
		_exit(0); /* the child */
	printf("%s: %s\n", name, errno ? strerrorname_np(errno) : "fine");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		try(argv[i]);
	return 0;
}
