/* SPDX-License-Identifier: MIT */

#include "images.h"

#include <signal.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <sys/time.h>

#include "sys/loop.h"

static bool is_read_only(int mount_fd)
{
	struct statvfs v;

	assert_int_equal(fstatvfs(mount_fd, &v), 0);
	return v.f_flag & ST_RDONLY;
}

/* Writable, writable again at once, and read-only. */
static void writes_and_reads(const char *name)
{
	int fd;

	fd = mount_it(name, 0, false);
	assert_int_equal(count_loops(), 1);
	assert_int_equal(file_replace(fd, "f", "written"), 0);
	close(fd);

	fd = mount_it(name, 0, false);
	holds(fd, "f", "written");
	assert_false(is_read_only(fd));
	close(fd);

	fd = mount_it(name, 0, true);
	holds(fd, "f", "written");
	assert_true(is_read_only(fd));
	assert_int_equal(file_replace(fd, "g", ""), -EROFS);
	close(fd);
}

static void mounts_ext4(void **state)
{
	(void)state;
	make("ext4.img", "64M", "mkfs.ext4", "-q -F $i");
	writes_and_reads("ext4.img");
}

static void mounts_xfs(void **state)
{
	(void)state;
	make("xfs.img", "400M", "mkfs.xfs", "-q $i");
	writes_and_reads("xfs.img");
}

static void mounts_btrfs(void **state)
{
	(void)state;
	make("btrfs.img", "200M", "mkfs.btrfs", "-q $i");
	writes_and_reads("btrfs.img");
}

/* Read-only by nature, so one that wants to write shares it, too. */
static void reads_packed(const char *name)
{
	AUTO(fd) int fd = mount_it(name, 0, false);
	AUTO(fd) int other_fd = mount_it(name, 0, true);

	holds(fd, "f", "packed");
	holds(other_fd, "f", "packed");
	assert_true(is_read_only(fd));
	assert_int_equal(count_loops(), 1);
}

static void mounts_squashfs(void **state)
{
	(void)state;
	make("squash.img", "0", "mksquashfs", "packed $i -noappend");
	reads_packed("squash.img");
}

static void mounts_erofs(void **state)
{
	(void)state;
	make("erofs.img", "0", "mkfs.erofs", "$i packed");
	reads_packed("erofs.img");
}

static void no_device_files_work(void **state)
{
	AUTO(fd) int fd = -1;

	(void)state;
	make_ext4("dev.img", "16M");
	fd = mount_it("dev.img", 0, false);
	assert_int_equal(mknodat(fd, "null", S_IFCHR | 0666, 0x103), 0);
	assert_int_equal(openat(fd, "null", O_RDONLY), -1);
	assert_int_equal(errno, EACCES);
}

static void mounts_a_copy_beside_the_original(void **state)
{
	AUTO(fd) int fd = -1;
	AUTO(fd) int copy_fd = -1;

	(void)state;
	make("one.img", "400M", "mkfs.xfs", "-q $i");
	run("cp --sparse=always one.img two.img");
	fd = mount_it("one.img", 0, false);
	copy_fd = mount_it("two.img", 0, false);
	assert_int_equal(count_loops(), 2);
}

/* Attach by hand what image_mount() then finds. */
static void attach(const char *name, bool read_only, const char *mark,
                   struct loop *ret_loop)
{
	AUTO(fd) int fd = openat(dir_fd, name, O_RDWR | O_CLOEXEC);
	struct loop_request req = {
		.fd = fd, .read_only = read_only, .mark = mark};

	assert_int_equal(loop_attach(&req, ret_loop), 0);
	assert_int_equal(ret_loop->read_only, read_only);
}

/* The device of the only mount there is, for the message. */
static int get_path(const struct loop *l, void *data)
{
	memcpy(data, l->path, sizeof(l->path));
	return 1;
}

static void refuses_a_second_writer(void **state)
{
	AUTO(fd) int file_fd = -1;
	AUTO(fd) int fd = -1;
	char path[24], text[200];

	(void)state;
	make_ext4("w.img", "16M");
	file_fd = openat(dir_fd, "w.img", O_RDONLY | O_CLOEXEC);
	fd = mount_it("w.img", 0, false);
	assert_int_equal(loop_each(file_fd, get_path, path), 1);
	snprintf(text, sizeof(text),
	         "image w.img is attached already: %s (" MARK
	         "); stop that one first",
	         path);
	refuses("w.img", 0, false, -EBUSY, text);
	refuses("w.img", 0, true, -EBUSY, text);
	/* Under another name, too. */
	assert_int_equal(linkat(dir_fd, "w.img", dir_fd, "name", 0), 0);
	snprintf(text, sizeof(text),
	         "image name is attached already: %s (" MARK
	         "); stop that one first",
	         path);
	refuses("name", 0, false, -EBUSY, text);
}

static void shares_among_readers_alone(void **state)
{
	AUTO(fd) int fd = -1;
	AUTO(fd) int other_fd = -1;
	AUTO(fd) int file_fd = -1;
	struct stat st, other_st;
	char path[24], text[240];

	(void)state;
	make_ext4("r.img", "16M");
	file_fd = openat(dir_fd, "r.img", O_RDONLY | O_CLOEXEC);
	fd = mount_it("r.img", 0, true);
	other_fd = mount_it("r.img", 0, true);
	assert_int_equal(count_loops(), 1);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(fstat(other_fd, &other_st), 0);
	assert_int_equal(st.st_dev, other_st.st_dev);

	assert_int_equal(loop_each(file_fd, get_path, path), 1);
	snprintf(text, sizeof(text),
	         "image r.img is attached read-only already: %s (" MARK
	         "); it can be shared by read-only users alone, so stop that "
	         "one first",
	         path);
	refuses("r.img", 0, false, -EBUSY, text);
	close(fd_take(&fd));
	holds(other_fd, "f", "packed");
}

static void shares_what_somebody_else_attached(void **state)
{
	AUTO(loop) struct loop l = {.fd = -1};
	AUTO(fd) int fd = -1;

	(void)state;
	make_ext4("o.img", "16M");
	attach("o.img", true, "/some/other.img", &l);
	fd = mount_it("o.img", 0, true);
	assert_int_equal(count_loops(), 1);
}

/* Somebody else's marks are cut by the kernel, and shown escaped. */
static void names_who_has_it(void **state)
{
	AUTO(loop) struct loop l = {.fd = -1};
	char mark[80] = "a\nb", text[300];

	(void)state;
	make_ext4("m.img", "16M");
	memset(mark + 3, 'x', 70);
	attach("m.img", false, mark, &l);
	snprintf(text, sizeof(text),
	         "image m.img is attached already: %s (a\\x0ab%.60s); stop "
	         "that one first",
	         l.path, mark + 3);
	refuses("m.img", 0, false, -EBUSY, text);
}

static int released_fd = -1;

static void release(int signal)
{
	(void)signal;
	close(released_fd);
	released_fd = -1;
}

static void release_in_100_ms(int fd)
{
	struct itimerval soon = {.it_value.tv_usec = 100000};

	released_fd = fd;
	signal(SIGALRM, release);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
}

/* Unmounted, but a prober of devices has it open yet. */
static void waits_for_a_device_to_clear_itself(void **state)
{
	AUTO(fd) int fd = -1;
	struct loop l;

	(void)state;
	make_ext4("c.img", "16M");
	attach("c.img", false, MARK, &l);
	release_in_100_ms(l.fd);
	fd = mount_it("c.img", 0, false);
	assert_int_equal(released_fd, -1);
}

static void waits_for_the_lock(void **state)
{
	AUTO(fd) int fd = -1;
	int lock_fd;

	(void)state;
	make_ext4("l.img", "16M");
	lock_fd = openat(dir_fd, "l.img", O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(lock_fd, LOCK_EX), 0);
	refuses("l.img", 0, false, -EBUSY,
	        "image l.img is locked by another program: try again when "
	        "that is done");
	release_in_100_ms(lock_fd);
	fd = mount_it("l.img", 0, false);
	assert_int_equal(released_fd, -1);
}

static void says_what_the_kernel_says(void **state)
{
	AUTO(fd) int fd = -1;
	AUTO(fd) int root_fd = -1;
	struct err err = {0};

	(void)state;
	make_ext4("dirty.img", "64M");
	fd = mount_it("dirty.img", 0, false);
	assert_int_equal(file_replace(fd, "f", "x"), 0);
	root_fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(syncfs(root_fd), 0);
	run("cp --sparse=always dirty.img copy.img");
	assert_int_equal(mount_as("copy.img", 0, true, &err), -EROFS);
	assert_string_equal(err.text,
	                    "cannot mount the ext4 of image copy.img: "
	                    "Read-only file system; it was not unmounted "
	                    "cleanly: mount it writable once");
	run("cp --sparse=always dirty.img short.img;"
	    "truncate -s 16M short.img");
	assert_int_equal(mount_as("short.img", 0, false, &err), -EINVAL);
	assert_string_equal(err.text,
	                    "cannot mount the ext4 of image short.img: Invalid "
	                    "argument; the kernel's log may say more (dmesg)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IMAGE_TEST(mounts_ext4),
		IMAGE_TEST(mounts_xfs),
		IMAGE_TEST(mounts_btrfs),
		IMAGE_TEST(mounts_squashfs),
		IMAGE_TEST(mounts_erofs),
		IMAGE_TEST(no_device_files_work),
		IMAGE_TEST(mounts_a_copy_beside_the_original),
		IMAGE_TEST(refuses_a_second_writer),
		IMAGE_TEST(shares_among_readers_alone),
		IMAGE_TEST(shares_what_somebody_else_attached),
		IMAGE_TEST(names_who_has_it),
		IMAGE_TEST(waits_for_a_device_to_clear_itself),
		IMAGE_TEST(waits_for_the_lock),
		IMAGE_TEST(says_what_the_kernel_says),
	};

	be_root_alone();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
