/* SPDX-License-Identifier: MIT */
/*
 * A guest's tree with all the ways out of it that a guest could think of. What
 * is inside has a file of the same name as outside, so that a way out shows.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/auto.h"
#include "sys/beneath.h"

#define RACES 20000

/* TOP/out/etc/passwd is outside, TOP/root/etc/passwd inside. */
static char top[] = "/tmp/test_beneath.XXXXXX";
static int root_fd;

static int make(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	return fd < 0 ? -1 : close(fd);
}

static int make_tree(void **state)
{
	(void)state;
	if (!mkdtemp(top) || chdir(top) < 0 || mkdir("out", 0755) < 0 ||
	    mkdir("out/etc", 0755) < 0 || make("out/etc/passwd") < 0 ||
	    make("out/secret") < 0 || mkdir("root", 0755) < 0 ||
	    mkdir("root/etc", 0755) < 0 || make("root/etc/passwd") < 0 ||
	    mkdir("root/a", 0755) < 0 || mkdir("root/a/b", 0755) < 0 ||
	    mkdir("root/a/b/c", 0755) < 0)
		return -1;
	root_fd = open("root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root_fd < 0 ? -1 : 0;
}

static int remove_tree(void **state)
{
	char command[64];

	(void)state;
	close(root_fd);
	snprintf(command, sizeof(command), "rm -rf %s", top);
	return chdir("/") < 0 || system(command);
}

/* path, opened below root_fd, must be what wanted is to a plain process. */
static void assert_leads(const char *path, const char *wanted)
{
	AUTO(fd) int fd = beneath_open(root_fd, path, true);
	struct stat got, st;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &got), 0);
	assert_int_equal(stat(wanted, &st), 0);
	assert_int_equal(got.st_ino, st.st_ino);
	assert_true(got.st_dev == st.st_dev);
}

static void link_to(const char *target, const char *name)
{
	if (unlinkat(root_fd, name, 0) < 0)
		assert_int_equal(errno, ENOENT);
	assert_int_equal(symlinkat(target, root_fd, name), 0);
}

static void opens_plain_paths(void **state)
{
	(void)state;
	assert_leads("etc/passwd", "root/etc/passwd");
	assert_leads("/etc/passwd", "root/etc/passwd");
	assert_leads("//etc/./passwd", "root/etc/passwd");
	assert_leads("/", "root");
	assert_leads(".", "root");
	assert_int_equal(beneath_open(root_fd, "none", true), -ENOENT);
	assert_int_equal(beneath_open(root_fd, "", true), -ENOENT);
	assert_int_equal(beneath_open(root_fd, "etc/passwd/x", true), -ENOTDIR);
	assert_int_equal(beneath_open(-1, "etc", true), -EBADF);
}

static void stays_inside_however_far_up(void **state)
{
	(void)state;
	assert_leads("..", "root");
	assert_leads("/..", "root");
	assert_leads("../../../../../..", "root");
	assert_leads("a/b/../../../../../etc/passwd", "root/etc/passwd");
	assert_int_equal(beneath_open(root_fd, "../out", true), -ENOENT);
	assert_int_equal(beneath_open(root_fd, "../out/secret", true), -ENOENT);
	/* Without following, it is no different. */
	assert_int_equal(beneath_open(root_fd, "../out", false), -ENOENT);
}

static void stays_inside_through_symlinks(void **state)
{
	(void)state;
	link_to("/etc", "abs");
	assert_leads("abs", "root/etc");
	assert_leads("abs/passwd", "root/etc/passwd");
	assert_leads("abs/../..", "root");
	link_to("/", "slash");
	assert_leads("slash", "root");
	assert_leads("slash/slash/etc/passwd", "root/etc/passwd");
	link_to("../../../../../../etc/passwd", "up");
	assert_leads("up", "root/etc/passwd");
	link_to("../out/secret", "sly");
	assert_int_equal(beneath_open(root_fd, "sly", true), -ENOENT);
	link_to(top, "top");
	assert_int_equal(beneath_open(root_fd, "top", true), -ENOENT);
	link_to("../../../etc", "a/b/far");
	assert_leads("a/b/far/passwd", "root/etc/passwd");
	link_to("abs", "twice");
	assert_leads("twice", "root/etc");
}

static void refuses_links_unless_told_to_follow(void **state)
{
	(void)state;
	link_to("/etc", "abs");
	link_to("etc", "rel");
	link_to("none", "dead");
	assert_int_equal(beneath_open(root_fd, "abs", false), -ELOOP);
	assert_int_equal(beneath_open(root_fd, "abs/passwd", false), -ELOOP);
	assert_int_equal(beneath_open(root_fd, "rel", false), -ELOOP);
	assert_int_equal(beneath_open(root_fd, "rel/passwd", false), -ELOOP);
	assert_int_equal(beneath_open(root_fd, "dead", false), -ELOOP);
	assert_int_equal(beneath_open(root_fd, "dead", true), -ENOENT);
	close(beneath_open(root_fd, "etc/passwd", false));
	link_to("ring", "ring");
	assert_int_equal(beneath_open(root_fd, "ring", true), -ELOOP);
	assert_int_equal(beneath_open(root_fd, "ring/x", true), -ELOOP);
	link_to("tac", "tic");
	link_to("tic", "tac");
	assert_int_equal(beneath_open(root_fd, "tic", true), -ELOOP);
}

/* Those of /proc lead anywhere, whatever their text says. */
static void refuses_magic_links(void **state)
{
	AUTO(fd) int proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	static const char *const magic[] = {
		"self/root",    "self/root/etc",    "self/cwd",
		"self/cwd/out", "self/exe",         "self/ns/mnt",
		"self/fd/0",    "thread-self/root", "/self/root/..",
	};

	(void)state;
	if (proc_fd < 0 || faccessat(proc_fd, "self/exe", F_OK, 0) < 0)
		skip();
	close(beneath_open(proc_fd, "self/status", true));
	for (size_t i = 0; i < sizeof(magic) / sizeof(*magic); i++) {
		assert_int_equal(beneath_open(proc_fd, magic[i], true), -ELOOP);
		assert_int_equal(beneath_open(proc_fd, magic[i], false),
		                 -ELOOP);
	}
	/* A guest's symlink does not make its way to them either. */
	link_to("/proc/self/root/etc/passwd", "magic");
	assert_int_equal(beneath_open(root_fd, "magic", true), -ENOENT);
}

static void opens_with_flags(void **state)
{
	AUTO(fd) int path_fd = beneath_open(root_fd, "etc/passwd", true);
	AUTO(fd)
	int dir_fd = beneath_open_flags(root_fd, "etc", true,
	                                O_RDONLY | O_DIRECTORY);
	AUTO(fd)
	int file_fd =
		beneath_open_flags(root_fd, "/etc/passwd", false, O_WRONLY);

	(void)state;
	assert_true(fcntl(path_fd, F_GETFL) & O_PATH);
	assert_int_equal(fcntl(path_fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(dir_fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_int_equal(fcntl(dir_fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(file_fd, F_GETFL) & O_ACCMODE, O_WRONLY);
	assert_int_equal(fcntl(file_fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(write(file_fd, "x", 1), 1);
	assert_int_equal(beneath_open_flags(root_fd, "etc/passwd", true,
	                                    O_RDONLY | O_DIRECTORY),
	                 -ENOTDIR);
	assert_int_equal(beneath_open_flags(root_fd, "etc", true, O_WRONLY),
	                 -EISDIR);
}

/* The attacker: a/b is a directory and a link out of the tree by turns, and c
 * moves up and down while somebody goes up from it. */
static void swap_for_ever(pid_t parent)
{
	while (getppid() == parent) {
		renameat(root_fd, "a/b", root_fd, "a/was");
		if (!symlinkat("../../out", root_fd, "a/b"))
			unlinkat(root_fd, "a/b", 0);
		renameat(root_fd, "a/was", root_fd, "a/b");
		renameat(root_fd, "a/b/c", root_fd, "c");
		renameat(root_fd, "c", root_fd, "a/b/c");
	}
	_exit(0);
}

static void assert_never_out(const char *path)
{
	AUTO(fd) int fd = beneath_open(root_fd, path, true);
	struct stat got, out;

	if (fd < 0) {
		assert_true(fd == -ENOENT || fd == -EAGAIN);
		return;
	}
	assert_int_equal(fstat(fd, &got), 0);
	assert_int_equal(stat("out/etc/passwd", &out), 0);
	assert_int_not_equal(got.st_ino, out.st_ino);
}

static void stays_inside_while_it_is_renamed(void **state)
{
	pid_t parent = getpid(), pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (!pid)
		swap_for_ever(parent);
	for (int i = 0; i < RACES; i++) {
		assert_never_out("a/b/../../out/etc/passwd");
		assert_never_out("a/b/c/../../../../out/etc/passwd");
		assert_never_out("a/b/etc/passwd");
	}
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_plain_paths),
		cmocka_unit_test(stays_inside_however_far_up),
		cmocka_unit_test(stays_inside_through_symlinks),
		cmocka_unit_test(refuses_links_unless_told_to_follow),
		cmocka_unit_test(refuses_magic_links),
		cmocka_unit_test(opens_with_flags),
		cmocka_unit_test(stays_inside_while_it_is_renamed),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
