/* SPDX-License-Identifier: MIT */
/*
 * The usual programs are a part of subhost. A profile is read and compiled by
 * subhost-filter, where the libraries for it are: it answers into memory, so
 * nobody waits for anybody, and what it answers is believed only as far as the
 * kernel checks it.
 */
#include "run/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "sub/libexec.h"
#include "sys/kernel.h"
#include "sys/process.h"

#define COMPILE_MS   10000
#define CODE_MAX     (BPF_MAXINSNS * sizeof(struct sock_filter))
#define SENTENCE_MAX 1024

extern const char filter_default_start[], filter_default_end[];
extern const char filter_strict_start[], filter_strict_end[];

void filter_done(struct filter *f)
{
	free(f->owned);
	*f = (struct filter){0};
}

static int take_builtin(const char *start, const char *end, struct filter *f)
{
	f->code = start;
	f->n = (size_t)(end - start) / sizeof(struct sock_filter);
	return 0;
}

/* As of a config: who can write it is root of what it keeps in. */
static int open_profile(const char *path, int *ret_fd, struct err *err)
{
	AUTO(fd) int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, -errno, "cannot open SECCOMP's profile %s",
		               path);
	if (!S_ISREG(st.st_mode))
		return err_say(err, -EINVAL,
		               "SECCOMP's profile %s is not a plain file",
		               path);
	if (st.st_uid != geteuid() || st.st_mode & 022)
		return err_say(err, -EPERM,
		               "SECCOMP's profile %s can be written by others; "
		               "it has to belong to root, mode 0644 or less",
		               path);
	*ret_fd = fd_take(&fd);
	return 0;
}

/* Never returns. fds are its standard ones. */
static void exec_compiler(const char *path, const int fds[3])
{
	static char name[] = "subhost-filter", from[] = "-";
	char *argv[] = {name, from, NULL}, *envp[] = {NULL};

	for (int i = 0; i < 3; i++)
		if (dup2(fds[i], i) < 0)
			_exit(127);
	if (!k_close_range(3, ~0u))
		execve(path, argv, envp);
	_exit(127);
}

/* Run it, with those descriptors: its exit status or -errno. */
static int run_compiler(const int fds[3], struct err *err)
{
	AUTO(process) struct process child = {.pid_fd = -1};
	char path[PATH_MAX];
	int status, late;
	int r = libexec_path("subhost-filter", path, sizeof(path));

	if (!r && access(path, X_OK) < 0)
		r = -errno;
	if (!r)
		r = process_clone(0, -1, &child);
	if (!r)
		exec_compiler(path, fds);
	if (r < 0)
		return err_set(err, r, "cannot run %s", path);
	late = process_await(child.pid_fd, COMPILE_MS);
	if (late < 0)
		k_pidfd_send_signal(child.pid_fd, SIGKILL);
	r = process_reap(&child, &status);
	if (r < 0 || late < 0)
		return err_set(err, r < 0 ? r : late, "%s does not end", path);
	return status;
}

/* Append what was written to a memfd. */
static int read_back(int fd, size_t max, struct buf *b)
{
	return lseek(fd, 0, SEEK_SET) < 0 ? -errno : file_read_fd(fd, max, b);
}

static int say_why_not(const char *path, int status, int fd, struct err *err)
{
	AUTO(buf) struct buf said = {0}, shown = {0};

	read_back(fd, SENTENCE_MAX, &said);
	if (status != 1 || !said.len)
		return err_say(err, -EIO,
		               "cannot compile SECCOMP's profile %s: "
		               "subhost-filter ended with status %d",
		               path, status);
	said.data[strcspn(said.data, "\n")] = '\0';
	buf_escape(&shown, said.data);
	return err_say(err, -EINVAL, "SECCOMP's profile %s: %s", path,
	               buf_text(&shown));
}

static int take_code(int fd, struct filter *f)
{
	AUTO(buf) struct buf code = {0};
	int r = read_back(fd, CODE_MAX, &code);

	if (r < 0)
		return r;
	if (!code.len || code.len % sizeof(struct sock_filter))
		return -EPROTO;
	f->n = code.len / sizeof(struct sock_filter);
	f->code = f->owned = buf_take(&code);
	return 0;
}

static int compile(const char *path, struct filter *f, struct err *err)
{
	AUTO(fd) int profile_fd = -1;
	AUTO(fd) int code_fd = memfd_create("code", MFD_CLOEXEC);
	AUTO(fd) int said_fd = memfd_create("said", MFD_CLOEXEC);
	int r = open_profile(path, &profile_fd, err);

	if (r < 0)
		return r;
	if (code_fd < 0 || said_fd < 0)
		return err_set(err, -errno, "cannot make a file in memory");
	r = run_compiler((const int[]){profile_fd, code_fd, said_fd}, err);
	if (r < 0)
		return r;
	if (r > 0)
		return say_why_not(path, r, said_fd, err);
	r = take_code(code_fd, f);
	return r < 0 ? err_set(err, r, "cannot compile SECCOMP's profile %s",
	                       path)
	             : 0;
}

int filter_find(const char *seccomp, struct filter *f, struct err *err)
{
	if (!strcmp(seccomp, "off"))
		return 0;
	if (!strcmp(seccomp, "default"))
		return take_builtin(filter_default_start, filter_default_end,
		                    f);
	if (!strcmp(seccomp, "strict"))
		return take_builtin(filter_strict_start, filter_strict_end, f);
	return compile(seccomp, f, err);
}
