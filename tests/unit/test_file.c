/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"

/* A directory for one test. */
struct place {
	char path[32];
	int fd;
};

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	if (!p)
		return -1;
	strcpy(p->path, "/tmp/test_file.XXXXXX");
	if (!mkdtemp(p->path))
		return -1;
	p->fd = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = p;
	return p->fd < 0;
}

static int remove_place(void **state)
{
	struct place *p = *state;
	char command[64];
	int r;

	close(p->fd);
	snprintf(command, sizeof(command), "rm -rf %s", p->path);
	r = system(command);
	free(p);
	return r;
}

static void put(const struct place *p, const char *name, const char *text)
{
	AUTO(fd)
	int fd = openat(p->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	                0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void assert_holds(const struct place *p, const char *name,
                         const char *wanted)
{
	AUTO(buf) struct buf text = {0};

	assert_int_equal(file_read(p->fd, name, 65536, &text), 0);
	assert_string_equal(buf_text(&text), wanted);
}

static bool exists(const struct place *p, const char *name)
{
	return !faccessat(p->fd, name, F_OK, AT_SYMLINK_NOFOLLOW);
}

static void reads_all(void **state)
{
	const struct place *p = *state;
	AUTO(buf) struct buf text = {0}, big = {0};

	put(p, "empty", "");
	assert_int_equal(file_read(p->fd, "empty", 0, &text), 0);
	assert_int_equal(text.len, 0);
	for (int i = 0; i < 10000; i++)
		buf_putc(&big, (char)('a' + i % 26));
	put(p, "big", buf_text(&big));
	buf_puts(&text, "before ");
	assert_int_equal(file_read(p->fd, "big", 10000, &text), 0);
	assert_int_equal(text.len, 7 + big.len);
	assert_memory_equal(text.data, "before ", 7);
	assert_string_equal(text.data + 7, big.data);
}

static void reads_no_more_than_allowed(void **state)
{
	const struct place *p = *state;
	AUTO(buf) struct buf text = {0};

	put(p, "f", "12345");
	assert_int_equal(file_read(p->fd, "f", 4, &text), -EFBIG);
	assert_int_equal(file_read(p->fd, "f", 0, &text), -EFBIG);
	assert_int_equal(file_read(p->fd, "f", 5, &text), 0);
	assert_int_equal(file_read(AT_FDCWD, "/dev/zero", 100000, &text),
	                 -EFBIG);
	assert_true(text.len <= 100005);
}

static void reads_hostile_bytes(void **state)
{
	static const char bytes[] = "\0\033\377\n\0";
	const struct place *p = *state;
	AUTO(buf) struct buf text = {0};
	AUTO(fd)
	int fd = openat(p->fd, "f", O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	assert_int_equal(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(file_read_fd(fd, sizeof(bytes), &text), 0);
	assert_int_equal(text.len, sizeof(bytes));
	assert_memory_equal(text.data, bytes, sizeof(bytes));
}

static void says_why_it_cannot_read(void **state)
{
	const struct place *p = *state;
	AUTO(buf) struct buf text = {0};

	assert_int_equal(file_read(p->fd, "none", 9, &text), -ENOENT);
	assert_int_equal(file_read(p->fd, ".", 9, &text), -EISDIR);
	assert_int_equal(file_read_fd(-1, 9, &text), -EBADF);
	assert_null(text.data);
}

static void writes_to_what_exists(void **state)
{
	const struct place *p = *state;

	assert_int_equal(file_write(p->fd, "f", "x"), -ENOENT);
	assert_false(exists(p, "f"));
	put(p, "f", "12345");
	assert_int_equal(file_write(p->fd, "f", "ab"), 0);
	assert_holds(p, "f", "ab345");
	assert_int_equal(file_write(p->fd, "f", ""), 0);
	assert_holds(p, "f", "ab345");
	assert_int_equal(file_write(p->fd, ".", "x"), -EISDIR);
	assert_int_equal(file_write(AT_FDCWD, "/dev/full", "x"), -ENOSPC);
}

static int late_fd;

static void write_late(int number)
{
	(void)number;
	if (write(late_fd, "late", 4) < 0)
		abort();
	close(late_fd);
}

static void reads_on_after_a_signal(void **state)
{
	const struct itimerval soon = {.it_value.tv_usec = 20000};
	struct sigaction act = {.sa_handler = write_late}, old;
	AUTO(buf) struct buf text = {0};
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	late_fd = ends[1];
	assert_int_equal(sigaction(SIGALRM, &act, &old), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(file_read_fd(ends[0], 9, &text), 0);
	assert_int_equal(sigaction(SIGALRM, &old, NULL), 0);
	assert_string_equal(buf_text(&text), "late");
	close(ends[0]);
}

/* Files of at most four bytes, as on a full disk. */
static void says_when_there_is_no_room(void **state)
{
	const struct place *p = *state;
	struct rlimit old, few;
	int written, replaced;

	put(p, "f", "old");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	few = old;
	few.rlim_cur = 4;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
	replaced = file_replace(p->fd, "f", "new and long");
	put(p, "g", "");
	written = file_write(p->fd, "g", "long too");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(replaced, -EFBIG);
	assert_holds(p, "f", "old");
	assert_false(exists(p, ".f.new"));
	assert_int_equal(written, -EIO);
}

static void replaces(void **state)
{
	const struct place *p = *state;
	AUTO(buf) struct buf big = {0};
	AUTO(fd) int old_fd = -1;
	char old[8] = "";
	struct stat st;

	put(p, "f", "old");
	old_fd = openat(p->fd, "f", O_RDONLY | O_CLOEXEC);
	assert_int_equal(file_replace(p->fd, "f", "new"), 0);
	assert_holds(p, "f", "new");
	assert_int_equal(fstatat(p->fd, "f", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	/* Who has the old one open sees the old one. */
	assert_int_equal(read(old_fd, old, sizeof(old)), 3);
	assert_string_equal(old, "old");
	assert_false(exists(p, ".f.new"));
	assert_int_equal(file_replace(p->fd, "g", ""), 0);
	assert_holds(p, "g", "");
	for (int i = 0; i < 20000; i++)
		buf_putc(&big, 'x');
	assert_int_equal(file_replace(p->fd, "f", big.data), 0);
	assert_holds(p, "f", big.data);
}

static void replaces_links_not_what_they_lead_to(void **state)
{
	const struct place *p = *state;
	struct stat st;

	put(p, "victim", "kept");
	assert_int_equal(symlinkat("victim", p->fd, "f"), 0);
	assert_int_equal(file_replace(p->fd, "f", "new"), 0);
	assert_holds(p, "victim", "kept");
	assert_holds(p, "f", "new");
	assert_int_equal(fstatat(p->fd, "f", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISREG(st.st_mode));
}

/* As a SIGKILL between its two steps leaves it. */
static void replaces_after_a_crash(void **state)
{
	const struct place *p = *state;

	put(p, "f", "old");
	assert_int_equal(file_replace(p->fd, ".f", "half a file, long"), 0);
	assert_int_equal(renameat(p->fd, ".f", p->fd, ".f.new"), 0);
	assert_int_equal(file_replace(p->fd, "f", "new"), 0);
	assert_holds(p, "f", "new");
	assert_false(exists(p, ".f.new"));
}

static void abandons_what_a_crash_left(void **state)
{
	const struct place *p = *state;
	char name[300];

	put(p, ".f.new", "half");
	put(p, "f", "old");
	file_abandon(p->fd, "f");
	file_abandon(p->fd, "f");
	assert_false(exists(p, ".f.new"));
	assert_holds(p, "f", "old");
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	file_abandon(p->fd, name);
}

static void makes_dirs(void **state)
{
	const struct place *p = *state;
	char path[5000];
	struct stat st;
	mode_t mask = umask(022);

	snprintf(path, sizeof(path), "%s/a//b/c", p->path);
	assert_int_equal(file_make_dirs(path, 0700), 0);
	assert_int_equal(file_make_dirs(path, 0755), 0);
	umask(mask);
	assert_int_equal(fstatat(p->fd, "a/b", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0755);
	assert_int_equal(fstatat(p->fd, "a/b/c", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0700);
	assert_int_equal(file_make_dirs("/", 0700), 0);
	assert_int_equal(file_make_dirs("", 0700), -ENOENT);
	put(p, "f", "");
	snprintf(path, sizeof(path), "%s/f/x", p->path);
	assert_int_equal(file_make_dirs(path, 0700), -ENOTDIR);
	snprintf(path, sizeof(path), "%s/f/x/y", p->path);
	assert_int_equal(file_make_dirs(path, 0700), -ENOTDIR);
	memset(path, 'n', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(file_make_dirs(path, 0700), -ENAMETOOLONG);
}

static void leaves_nothing_when_it_cannot_replace(void **state)
{
	const struct place *p = *state;
	char name[300];

	assert_int_equal(mkdirat(p->fd, "d", 0755), 0);
	put(p, "d/x", "");
	assert_int_equal(file_replace(p->fd, "d", "new"), -EISDIR);
	assert_true(exists(p, "d/x"));
	assert_false(exists(p, ".d.new"));
	assert_int_equal(mkdirat(p->fd, ".e.new", 0755), 0);
	assert_int_equal(file_replace(p->fd, "e", "new"), -EISDIR);
	assert_false(exists(p, "e"));
	assert_int_equal(file_replace(-1, "f", "new"), -EBADF);
	memset(name, 'n', sizeof(name));
	name[294] = '\0';
	assert_int_equal(file_replace(p->fd, name, "new"), -ENAMETOOLONG);
	name[293] = '\0';
	assert_int_equal(file_replace(p->fd, name, "new"), -ENAMETOOLONG);
	assert_int_equal(unlinkat(p->fd, "d/x", 0), 0);
	assert_int_equal(unlinkat(p->fd, "d", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(p->fd, ".e.new", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(AT_FDCWD, p->path, AT_REMOVEDIR), 0);
}

static void removes_trees(void **state)
{
	const struct place *p = *state;
	char path[64] = "t";

	assert_int_equal(file_remove_tree(p->fd, "t"), 0);
	put(p, "t", "a file");
	assert_int_equal(file_remove_tree(p->fd, "t"), 0);
	assert_false(exists(p, "t"));
	for (int i = 0; i < 20; i++) {
		assert_int_equal(mkdirat(p->fd, path, 0755), 0);
		strcat(path, "/d");
	}
	for (int i = 0; i < 500; i++) {
		snprintf(path, sizeof(path), "t/d/\033\377 %d", i);
		put(p, path, "");
	}
	assert_int_equal(mkfifoat(p->fd, "t/fifo", 0600), 0);
	assert_int_equal(mkdirat(p->fd, "t/...", 0700), 0);
	assert_int_equal(file_remove_tree(p->fd, "t"), 0);
	assert_false(exists(p, "t"));
}

static void removes_links_not_what_they_lead_to(void **state)
{
	const struct place *p = *state;

	assert_int_equal(mkdirat(p->fd, "kept", 0755), 0);
	put(p, "kept/f", "kept");
	assert_int_equal(mkdirat(p->fd, "t", 0755), 0);
	assert_int_equal(symlinkat("../kept", p->fd, "t/to_dir"), 0);
	assert_int_equal(symlinkat("../kept/f", p->fd, "t/to_file"), 0);
	assert_int_equal(symlinkat("none", p->fd, "t/to_nothing"), 0);
	assert_int_equal(symlinkat("to_itself", p->fd, "t/to_itself"), 0);
	assert_int_equal(linkat(p->fd, "kept/f", p->fd, "t/hard", 0), 0);
	assert_int_equal(file_remove_tree(p->fd, "t"), 0);
	assert_false(exists(p, "t"));
	assert_int_equal(symlinkat("kept", p->fd, "t"), 0);
	assert_int_equal(file_remove_tree(p->fd, "t"), 0);
	assert_false(exists(p, "t"));
	assert_holds(p, "kept/f", "kept");
}

static void says_why_it_cannot_remove(void **state)
{
	const struct place *p = *state;
	char name[300];

	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(file_remove_tree(p->fd, name), -ENAMETOOLONG);
	put(p, "f", "");
	assert_int_equal(file_remove_tree(p->fd, "f/x"), -ENOTDIR);
	assert_int_equal(file_remove_tree(-1, "f"), -EBADF);
	assert_true(exists(p, "f"));
}

/* A tree too deep for our descriptors is left, not our stack's end. */
static void gives_up_on_a_tree_too_deep(void **state)
{
	const struct place *p = *state;
	char path[256] = "t";
	struct rlimit old, few;
	int code;

	for (int i = 0; i < 100; i++) {
		assert_int_equal(mkdirat(p->fd, path, 0755), 0);
		strcat(path, "/d");
	}
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	few = old;
	few.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	code = file_remove_tree(p->fd, "t");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(code, -EMFILE);
	assert_int_equal(file_remove_tree(p->fd, "t"), 0);
	assert_false(exists(p, "t"));
}

/* A mount in the tree, in a mount namespace of a child; its exit status. */
static int remove_across_a_mount(const struct place *p)
{
	struct stat st;

	/* By its path: p->fd stays in the mount namespace left. */
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    chdir(p->path) < 0 ||
	    mount("none", "t/m", "tmpfs", 0, "size=64k") < 0 ||
	    mkdir("t/m/d", 0755) < 0)
		return 77;
	if (file_remove_tree(AT_FDCWD, "t") != -EXDEV)
		return 1;
	if (stat("t/m/d", &st) < 0)
		return 2;
	/* A file that is mounted on cannot go. */
	if (mount("f", "u/f", NULL, MS_BIND, NULL) < 0)
		return 3;
	return file_remove_tree(AT_FDCWD, "u") == -EBUSY ? 0 : 4;
}

static void stays_on_its_filesystem(void **state)
{
	const struct place *p = *state;
	int status;
	pid_t pid;

	assert_int_equal(mkdirat(p->fd, "t", 0755), 0);
	assert_int_equal(mkdirat(p->fd, "t/m", 0755), 0);
	assert_int_equal(mkdirat(p->fd, "u", 0755), 0);
	put(p, "u/f", "");
	put(p, "f", "");
	pid = fork();
	if (!pid)
		_exit(remove_across_a_mount(p));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(file_remove_tree(p->fd, "t"), 0);
}

#define IN_PLACE(test)                                                         \
	cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(reads_all),
		IN_PLACE(reads_no_more_than_allowed),
		IN_PLACE(reads_hostile_bytes),
		IN_PLACE(says_why_it_cannot_read),
		IN_PLACE(writes_to_what_exists),
		IN_PLACE(reads_on_after_a_signal),
		IN_PLACE(says_when_there_is_no_room),
		IN_PLACE(replaces),
		IN_PLACE(replaces_links_not_what_they_lead_to),
		IN_PLACE(replaces_after_a_crash),
		IN_PLACE(abandons_what_a_crash_left),
		IN_PLACE(makes_dirs),
		IN_PLACE(leaves_nothing_when_it_cannot_replace),
		IN_PLACE(removes_trees),
		IN_PLACE(removes_links_not_what_they_lead_to),
		IN_PLACE(says_why_it_cannot_remove),
		IN_PLACE(gives_up_on_a_tree_too_deep),
		IN_PLACE(stays_on_its_filesystem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
