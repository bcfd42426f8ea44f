/* SPDX-License-Identifier: MIT */
/*
 * For tests of real images: they are made in a directory of the test's own,
 * as root, mounted in a private mount namespace, and when a test is over no
 * loop device and no descriptor may be left. subhost-probe is looked for beside
 * the running executable; where the build puts it elsewhere, SUBHOST_PROBE is
 * its path, and it is copied there first.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "root/image.h"
#include "sub/libexec.h"

#define MARK "subhost:test"

static char dir[] = "/tmp/test_image.XXXXXX";
static int dir_fd = -1;
static size_t fds_before;

/* Run a command of sh in our directory. */
__attribute__((format(printf, 1, 2))) static inline int run(const char *fmt,
                                                            ...)
{
	char command[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	return system(command);
}

/* Make the image $i by a program, which may be missing here. */
static inline void make(const char *name, const char *size, const char *program,
                        const char *args)
{
	if (run("command -v %s >/dev/null", program))
		skip();
	if (run("i=%s; truncate -s %s $i && %s %s >/dev/null 2>&1", name, size,
	        program, args))
		fail_msg("cannot make %s", name);
}

static inline void make_ext4(const char *name, const char *size)
{
	make(name, size, "mkfs.ext4", "-q -F -d packed $i");
}

static inline bool wait_until(int seconds, bool (*holds)(void))
{
	for (int i = 0; i < seconds * 100; i++) {
		if (holds())
			return true;
		poll(NULL, 0, 10);
	}
	return false;
}

/* How many loop devices have a file of ours. */
static inline unsigned count_loops(void)
{
	unsigned count = 0;
	glob_t found;

	if (glob("/sys/block/loop*/loop/backing_file", 0, NULL, &found))
		return 0;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		AUTO(buf) struct buf b = {0};

		if (!file_read(AT_FDCWD, found.gl_pathv[i], PATH_MAX, &b) &&
		    !strncmp(buf_text(&b), dir, strlen(dir)))
			count++;
	}
	globfree(&found);
	return count;
}

static inline bool no_loop_left(void)
{
	return !count_loops();
}

static inline size_t count_fds(void)
{
	size_t count = 0;
	glob_t found;

	if (!glob("/proc/self/fd/*", 0, NULL, &found))
		count = found.gl_pathc;
	globfree(&found);
	return count;
}

static inline int mount_as(const char *name, unsigned partition, bool read_only,
                           struct err *err)
{
	struct image_request req = {
		.dir_fd = dir_fd,
		.path = name,
		.partition = partition,
		.read_only = read_only,
		.mark = MARK,
	};
	int fd = -1;
	int r = image_mount(&req, &fd, err);

	if (r < 0)
		assert_int_equal(fd, -1);
	return r < 0 ? r : fd;
}

static inline int mount_it(const char *name, unsigned partition, bool read_only)
{
	struct err err = {0};
	int fd = mount_as(name, partition, read_only, &err);

	if (fd < 0)
		fail_msg("%s", err.text);
	return fd;
}

static inline void refuses(const char *name, unsigned partition, bool read_only,
                           int code, const char *text)
{
	struct err err = {0};
	int r = mount_as(name, partition, read_only, &err);

	if (r >= 0)
		close(r);
	assert_string_equal(err.text, text);
	assert_int_equal(r, code);
	assert_int_equal(err.code, code);
}

static inline void holds(int mount_fd, const char *file, const char *text)
{
	AUTO(buf) struct buf b = {0};

	assert_int_equal(file_read(mount_fd, file, 100, &b), 0);
	assert_string_equal(buf_text(&b), text);
}

static inline int set_up(void **state)
{
	(void)state;
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	if (!mkdtemp(dir) || chdir(dir) < 0)
		return -1;
	dir_fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0)
		return -1;
	fds_before = count_fds();
	return run("mkdir packed && printf packed >packed/f && "
	           "echo label: dos >none && cp none table && "
	           "echo /x1: start=2048, size=16M >>table && "
	           "echo /x2: size=8M >>table && "
	           "echo /x4: size=20M, type=5 >>table && "
	           "echo /x5: size=10M >>table");
}

static inline int tear_down(void **state)
{
	bool clean = wait_until(5, no_loop_left) && count_fds() == fds_before;

	(void)state;
	close(dir_fd);
	if (chdir("/") < 0 || run("rm -rf %s", dir))
		return -1;
	if (!clean)
		print_error("a loop device or a descriptor is left\n");
	return clean ? 0 : -1;
}

/* Have a probe to run, beside us if SUBHOST_PROBE says which. */
static inline bool have_probe(void)
{
	const char *built = getenv("SUBHOST_PROBE");
	char path[PATH_MAX];

	if (built && run("d=$(dirname $(readlink /proc/%d/exe)) && "
	                 "cp '%s' $d/.probe.%d && "
	                 "mv -f $d/.probe.%d $d/subhost-probe",
	                 getpid(), built, getpid(), getpid()))
		return false;
	if (libexec_path("subhost-probe", path, 8) == -ENAMETOOLONG &&
	    !libexec_path("subhost-probe", path, sizeof(path)) &&
	    !access(path, X_OK))
		return true;
	fprintf(stderr, "no subhost-probe beside this program\n");
	return false;
}

/* Be ready for tests; else this has said why not, and ends the program. */
static inline void be_root_alone(void)
{
	if (geteuid()) {
		printf("1..0 # SKIP only root attaches images\n");
		exit(0);
	}
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
	    !have_probe())
		exit(1);
}

#define IMAGE_TEST(name)                                                       \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)
