/* SPDX-License-Identifier: MIT */
/*
 * Called with the path of an image, this program mounts that and says how it
 * went: so it can be run beside a probe that lies.
 */
#include "images.h"

static void make_partitioned(void)
{
	make("part.img", "64M", "sfdisk", "-q <table $i");
	make_ext4("fs.img", "16M");
	run("dd if=fs.img of=part.img bs=1M seek=1 conv=notrunc status=none");
}

static void mounts_a_partition(void **state)
{
	AUTO(fd) int fd = -1;
	AUTO(fd) int other_fd = -1;

	(void)state;
	make_partitioned();
	fd = mount_it("part.img", 1, true);
	other_fd = mount_it("part.img", 1, true);
	holds(fd, "f", "packed");
	holds(other_fd, "f", "packed");
	assert_int_equal(count_loops(), 1);
}

static void says_which_partitions(void **state)
{
	(void)state;
	make_partitioned();
	refuses("part.img", 0, false, -ENXIO,
	        "image part.img has a partition table: set IMAGE_PARTITION=n; "
	        "it has partitions 1 2 5");
	refuses("part.img", 3, false, -ENXIO,
	        "image part.img has no partition 3: set IMAGE_PARTITION=n; it "
	        "has partitions 1 2 5");
	/* Number 4 is the extended one, which only holds number 5. */
	refuses("part.img", 4, false, -ENXIO,
	        "image part.img has no partition 4: set IMAGE_PARTITION=n; it "
	        "has partitions 1 2 5");
	refuses("part.img", 2, false, -ENOTBLK,
	        "there is no filesystem in partition 2 of image part.img: make "
	        "one (mkfs.ext4)");
	refuses("fs.img", 1, false, -ENXIO,
	        "image fs.img has no partition 1, nor any other: leave "
	        "IMAGE_PARTITION out");
	run("truncate -s 8M part.img");
	refuses("part.img", 1, false, -EINVAL,
	        "partition 1 of image part.img reaches past the image's end: "
	        "was the image cut short?");
	make("table.img", "8M", "sfdisk", "-q <none $i");
	refuses("table.img", 0, false, -ENXIO,
	        "image table.img has an empty partition table: make a "
	        "partition or a filesystem in it");
}

static void refuses_what_is_no_image(void **state)
{
	(void)state;
	run("ln -s fs.img link; mkfifo fifo; mkdir folder; : >empty;"
	    "mknod device b 7 0; head -c 1000 /dev/zero >odd;"
	    "truncate -s 1M zeros \"$(printf 'a\\nb')\"");
	refuses("absent", 0, false, -ENOENT,
	        "cannot open image absent: No such file or directory");
	refuses("link", 0, false, -ELOOP,
	        "image link is a symbolic link: name the file that it points "
	        "to");
	refuses("fifo", 0, false, -EINVAL, "image fifo is not a regular file");
	refuses("folder", 0, true, -EINVAL,
	        "image folder is not a regular file");
	refuses("device", 0, true, -EINVAL,
	        "image device is not a regular file");
	refuses("empty", 0, false, -EINVAL,
	        "image empty is empty: make a filesystem in it");
	refuses("odd", 0, false, -EINVAL,
	        "image odd is no multiple of 512 bytes long: it was cut short, "
	        "or needs to be filled up (truncate -s %512)");
	refuses("zeros", 0, false, -ENOTBLK,
	        "there is no filesystem in image zeros: make one (mkfs.ext4)");
	refuses("a\nb", 0, false, -ENOTBLK,
	        "there is no filesystem in image a\\x0ab: make one "
	        "(mkfs.ext4)");
}

static void refuses_what_nobody_can_live_on(void **state)
{
	(void)state;
	make("swap.img", "8M", "mkswap", "$i");
	refuses("swap.img", 0, false, -EMEDIUMTYPE,
	        "image swap.img holds swap, which is not a filesystem that a "
	        "sub host can live on: make ext4, xfs, btrfs, f2fs, squashfs "
	        "or erofs in it");
}

static void refuses_what_is_ambivalent(void **state)
{
	(void)state;
	make("x.img", "400M", "mkfs.xfs", "-q $i");
	make_ext4("both.img", "400M");
	run("dd if=x.img of=both.img bs=512 count=1 conv=notrunc status=none");
	refuses("both.img", 0, false, -ENOTBLK,
	        "image both.img has the signs of more than one filesystem or "
	        "partition table: remove all but one (wipefs)");
	make_ext4("over.img", "64M");
	run("sfdisk -q --wipe never over.img <table");
	refuses("over.img", 0, false, -ENOTBLK,
	        "image over.img has the signs of more than one filesystem or "
	        "partition table: remove all but one (wipefs)");
}

/* Run ourselves beside a probe that is the given script of sh. */
static void is_told(const char *script, const char *owner, const char *text)
{
	AUTO(buf) struct buf b = {0};

	run("mkdir -p liar && cp /proc/%d/exe liar/us && cd liar && "
	    "printf '#!/bin/sh\n%s\n' >subhost-probe && "
	    "chmod +x subhost-probe && chown %s subhost-probe && "
	    "./us ../lie.img >../told",
	    getpid(), script, owner);
	assert_int_equal(file_read(dir_fd, "told", 2000, &b), 0);
	assert_string_equal(buf_text(&b), text);
}

static void does_not_believe_the_probe(void **state)
{
	static const char *const lies[] = {
		"echo",
		"echo ext4",
		"echo ext4 0",
		"echo ext4 0 0 0",
		"echo ext4 1 0",
		"echo ext4 0 511",
		"echo ext4 16777216 0",
		"echo ext4 512 16777216",
		"echo ext4 18446744073709551104 1024",
		"echo ext4 0 -512",
		"echo /../ext4 0 0",
		"head -c 60000 /dev/zero",
	};

	(void)state;
	make_ext4("lie.img", "16M");
	for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++)
		is_told(lies[i], "0",
		        "cannot look into image ../lie.img: subhost-probe said "
		        "something that cannot be");
	is_told("echo PARTITIONS 1 x; exit 4", "0",
	        "image ../lie.img has an empty partition table: make a "
	        "partition or a filesystem in it");
	is_told("echo ext4 0 0; exit 9", "0",
	        "cannot look into image ../lie.img: subhost-probe ended with "
	        "status 9");
	is_told("kill -9 $$", "0",
	        "cannot look into image ../lie.img: subhost-probe ended with "
	        "status 137");
}

static void runs_no_probe_of_somebody_else(void **state)
{
	bool installed = !access(LIBEXECDIR "/subhost-probe", X_OK);

	(void)state;
	make_ext4("lie.img", "16M");
	is_told("exit 9", "65534",
	        installed ? "mounted"
	                  : "cannot run " LIBEXECDIR
	                    "/subhost-probe: No such file or directory");
}

static void gives_up_on_the_probe(void **state)
{
	(void)state;
	make_ext4("lie.img", "16M");
	is_told("exec sleep 100", "0",
	        "cannot look into image ../lie.img: Connection timed out");
}

static int mount_and_tell(const char *path)
{
	struct image_request req = {
		.dir_fd = AT_FDCWD, .path = path, .mark = MARK};
	AUTO(fd) int fd = -1;
	struct err err = {0};
	int r = image_mount(&req, &fd, &err);

	printf("%s", r < 0 ? err.text : "mounted");
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		IMAGE_TEST(mounts_a_partition),
		IMAGE_TEST(says_which_partitions),
		IMAGE_TEST(refuses_what_is_no_image),
		IMAGE_TEST(refuses_what_nobody_can_live_on),
		IMAGE_TEST(refuses_what_is_ambivalent),
		IMAGE_TEST(does_not_believe_the_probe),
		IMAGE_TEST(runs_no_probe_of_somebody_else),
		IMAGE_TEST(gives_up_on_the_probe),
	};

	if (argc == 2)
		return mount_and_tell(argv[1]);
	be_root_alone();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
