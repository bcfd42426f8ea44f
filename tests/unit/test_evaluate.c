/* SPDX-License-Identifier: MIT */
/*
 * Who attacks: the author of a config. What must hold: bash prints variables,
 * and the host is as it was, whatever the config tries.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "model/config.h"
#include "sub/evaluate.h"

static int evaluate(struct config *c, const char *text, struct err *err)
{
	return evaluate_by_bash(c, text, strlen(text), "config", err);
}

static size_t count_entries(const char *path, uid_t of)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	struct stat st;
	size_t n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir)))
		n += !fstatat(dirfd(dir), e->d_name, &st,
		              AT_SYMLINK_NOFOLLOW) &&
		     (of == (uid_t)-1 || st.st_uid == of);
	closedir(dir);
	return n;
}

/* What each test ends with: no process and no descriptor is left. */
static size_t fds_before;

static int remember(void **state)
{
	(void)state;
	fds_before = count_entries("/proc/self/fd", (uid_t)-1);
	return 0;
}

static int nothing_is_left(void **state)
{
	uid_t id = 2000000000 + (uid_t)getpid();

	(void)state;
	if (!geteuid() && count_entries("/proc", id))
		return -1;
	return fds_before == count_entries("/proc/self/fd", (uid_t)-1) ? 0 : -1;
}

static void need_root(void)
{
	if (geteuid())
		skip();
}

static void assert_prints(const char *text, const char *wanted)
{
	AUTO(config) struct config c = {0};
	AUTO(buf) struct buf shown = {0};
	struct err err = {0};

	if (evaluate(&c, text, &err) < 0)
		print_message("%s\n", err.text);
	assert_int_equal(err.code, 0);
	assert_true(c.by_bash);
	for (size_t i = 0; i < c.n; i++) {
		const struct variable *v = &c.v[i];

		buf_printf(&shown, "%s%s", v->name, v->is_array ? "[]" : "");
		for (size_t j = 0; j < v->values.n; j++)
			buf_printf(&shown, "<%s>", v->values.v[j]);
		buf_putc(&shown, ' ');
	}
	assert_string_equal(buf_text(&shown), wanted);
}

static void assert_says(const char *text, int code, const char *wanted)
{
	AUTO(config) struct config c = {0};
	struct err err = {0};

	assert_int_equal(evaluate(&c, text, &err), code);
	assert_string_equal(err.text, wanted);
	assert_null(c.v);
}

static void prints_what_was_set(void **state)
{
	(void)state;
	need_root();
	assert_prints("", "");
	assert_prints("A=$((1+2)); b=\"$A\n\"", "b<3\n> A<3> ");
	assert_prints("A=(x \"y z\" '') B=() C=(q)",
	              "A[]<x><y z><> B[] C[]<q> ");
	assert_prints("f() { A=1; }; f; [ -e /x ] && B=2", "A<1> ");
	assert_prints("HOSTNAME=$(echo web) INIT=${B:-/bin/sh}",
	              "HOSTNAME<web> INIT</bin/sh> ");
	assert_prints("PATH=/x TERM=y IFS=, A=1", "A<1> ");
	assert_prints("echo said; A=1; return 1", "A<1> ");
}

static void bears_what_a_config_changes(void **state)
{
	(void)state;
	need_root();
	assert_prints("set -uf; IFS=x; A=axb; B=(x*)", "A<axb> B[]<x*> ");
	assert_prints("printf() { :; }; eval() { :; }; A=1", "A<1> ");
	assert_prints("sleep 1000 & A=1", "A<1> ");
	assert_prints("readonly A=1; declare -i B=2+2; export C=3",
	              "A<1> B<4> C<3> ");
	assert_prints("declare -A A=([k]=v)", "A[]<v> ");
	assert_prints("declare A; unset B", "");
}

static void says_what_bash_says(void **state)
{
	static const char *const ended =
		"config: bash ended before it was through with it (status 0); "
		"a config cannot exit";

	(void)state;
	need_root();
	assert_says("A=1\nno-such\n", -EINVAL,
	            "config:2: bash says: no-such: command not found");
	assert_says("A=1\n\nB=(", -EINVAL,
	            "config:3: bash says: unexpected EOF while looking for "
	            "matching `)'");
	assert_says("printf 'x\\033[2J\\n' >&2; A=1", -EINVAL,
	            "config: bash says: x\\x1b[2J");
	assert_says("A=1; exit", -EINVAL, ended);
	assert_says("exec true", -EINVAL, ended);
	assert_says("set -e; false", -EINVAL,
	            "config: bash ended before it was through with it (status "
	            "1); a config cannot exit");
	assert_says("A=$(yes | head -c 70000)", -EFBIG,
	            "config: its variables come to more than 65536 bytes");
	assert_says("printf 'A\\0' >&4", -EINVAL,
	            "config: bash printed something other than variables");
}

static void ends_after_five_seconds(void **state)
{
	(void)state;
	need_root();
	assert_says("trap '' TERM INT XCPU; sleep 1000 & while :; do :; done",
	            -ETIMEDOUT,
	            "config: bash was not through with it after 5 seconds");
}

static void ends_a_fork_bomb(void **state)
{
	AUTO(config) struct config c = {0};
	struct err err = {0};

	(void)state;
	need_root();
	assert_true(evaluate(&c,
	                     "exec 2>/dev/null; f() { f | f & }; f; f; f\n"
	                     "while :; do f; done",
	                     &err) < 0);
}

static void cannot_write(void **state)
{
	(void)state;
	need_root();
	assert_says("echo x >/tmp/test_evaluate", -EINVAL,
	            "config:1: bash says: /tmp/test_evaluate: Read-only file "
	            "system");
	assert_says("\n>/etc/test_evaluate", -EINVAL,
	            "config:2: bash says: /etc/test_evaluate: Read-only file "
	            "system");
	assert_prints("for d in /tmp /var/tmp /dev/shm /run /etc /; do\n"
	              "(: >$d/test_evaluate) 2>/dev/null && A+=$d; done",
	              "d</> ");
	assert_int_equal(access("/var/tmp/test_evaluate", F_OK), -1);
}

static void cannot_read_what_is_root_s(void **state)
{
	char dir[] = "/var/tmp/test_evaluate.XXXXXX";
	AUTO(fd) int dir_fd = -1;
	AUTO(buf) struct buf text = {0}, wanted = {0};

	(void)state;
	need_root();
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0755), 0);
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(file_replace(dir_fd, "secret", "x"), 0);
	buf_printf(&text, "A=$(<%s/secret)", dir);
	buf_printf(&wanted, "config:1: bash says: %s/secret: Permission denied",
	           dir);
	assert_says(buf_text(&text), -EINVAL, buf_text(&wanted));
	assert_int_equal(file_remove_tree(AT_FDCWD, dir), 0);
}

static void has_no_network(void **state)
{
	AUTO(fd) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = {.sin_family = AF_INET};
	AUTO(config) struct config c = {0};
	AUTO(buf) struct buf text = {0};
	socklen_t len = sizeof(address);
	struct err err = {0};

	(void)state;
	need_root();
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	buf_printf(&text, "exec 5<>/dev/tcp/127.0.0.1/%d",
	           ntohs(address.sin_port));
	assert_int_equal(evaluate(&c, buf_text(&text), &err), -EINVAL);
	assert_non_null(
		strstr(err.text,
	               "config: bash says: connect: Network is unreachable"));
	assert_prints("exec 6</proc/net/dev; while read -r A <&6; do\n"
	              "[[ $A != *:* ]] || B+=${A%%:*}; done; unset A",
	              "B<lo> ");
}

/* A process of that user outside, which a signal to all would reach. */
static pid_t start_bystander(uid_t id)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	/* not to outlive a test that fails */
	if (setresuid(id, id, id) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		_exit(1);
	for (;;)
		pause();
}

static void cannot_kill(void **state)
{
	uid_t ids[] = {65534, 2000000000 + (uid_t)getpid()};

	(void)state;
	need_root();
	for (size_t i = 0; i < 2; i++) {
		pid_t pid = start_bystander(ids[i]);

		assert_prints("kill -9 -1 2>/dev/null; A=1", "A<1> ");
		assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
}

static void has_no_privilege(void **state)
{
	(void)state;
	need_root();
	assert_prints("while read -r k v; do case $k in\n"
	              "CapEff:|CapPrm:|CapInh:|CapAmb:|NoNewPrivs:)\n"
	              "A+=\"$v \";; esac; done </proc/self/status\n"
	              "B=$(id -u); ((B >= 2000000000)) && B=big\n"
	              "C=(/proc/self/fd/*); D=${#C[@]}; unset C k v",
	              "A<0000000000000000 0000000000000000 0000000000000000 "
	              "0000000000000000 1 > B<big> D<6> ");
}

/* Run a test in a child that may spoil itself; its own exit status. */
static int in_a_child(int (*run)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(run());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int run_without_descriptors(void)
{
	AUTO(config) struct config c = {0};
	struct err err = {0};

	for (int i = 0; i < 32; i++)
		close(i);
	signal(SIGPIPE, SIG_IGN);
	return evaluate(&c, "A=$(yes | head -n 1)", &err) < 0 || c.n != 1 ||
	       strcmp(c.v[0].values.v[0], "y") != 0;
}

static int run_without_bash(void)
{
	AUTO(config) struct config c = {0};
	struct err err = {0};

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("", "/", "", MS_REC | MS_PRIVATE, "") < 0 ||
	    mount("none", "/usr/bin", "tmpfs", 0, "") < 0)
		return 2;
	return evaluate(&c, "A=$B", &err) != -ENOENT ||
	       strcmp(err.text, "config needs bash, and this host has no "
	                        "/bin/bash") != 0;
}

static int run_without_root(void)
{
	AUTO(config) struct config c = {0};
	struct err err = {0};

	if (setresuid(65534, 65534, 65534) < 0)
		return 2;
	return evaluate(&c, "A=$B", &err) != -EPERM ||
	       strcmp(err.text,
	              "config needs bash, for which no sandbox can be made: "
	              "Operation not permitted") != 0;
}

static void works_where_things_are_missing(void **state)
{
	(void)state;
	need_root();
	assert_int_equal(in_a_child(run_without_descriptors), 0);
	assert_int_equal(in_a_child(run_without_bash), 0);
	assert_int_equal(in_a_child(run_without_root), 0);
}

#define CASE(name)                                                             \
	cmocka_unit_test_setup_teardown(name, remember, nothing_is_left)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(prints_what_was_set),
		CASE(bears_what_a_config_changes),
		CASE(says_what_bash_says),
		CASE(ends_after_five_seconds),
		CASE(ends_a_fork_bomb),
		CASE(cannot_write),
		CASE(cannot_read_what_is_root_s),
		CASE(has_no_network),
		CASE(cannot_kill),
		CASE(has_no_privilege),
		CASE(works_where_things_are_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
