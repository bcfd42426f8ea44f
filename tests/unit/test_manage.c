/* SPDX-License-Identifier: MIT */
/* What create and its kin decide without touching anything. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "manage/config_text.h"
#include "manage/links.h"
#include "manage/progress.h"
#include "manage/size.h"
#include "manage/suite.h"
#include "model/config.h"
#include "model/declaration.h"

#define MIB (1024ull * 1024)

/* --- SIZE[:FS] --- */

static void reads_sizes(void **state)
{
	static const struct {
		const char *text, *type;
		uint64_t bytes;
	} good[] = {
		{"8M", "ext4", 8 * MIB},
		{"8193K", "ext4", 8 * MIB},
		{"4G", "ext4", 4096 * MIB},
		{"1T:ext4", "ext4", 1024 * 1024 * MIB},
		{"300M:xfs", "xfs", 300 * MIB},
		{"1G:btrfs", "btrfs", 1024 * MIB},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct image_wish wish = {0};
		struct err err = {0};

		assert_int_equal(image_wish_parse(good[i].text, &wish, &err),
		                 0);
		assert_int_equal(wish.bytes, good[i].bytes);
		assert_string_equal(wish.kind->type, good[i].type);
	}
}

static void refuses_sizes(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"", "--image is \"\", but a size is needed, as 512M or 4G, "
	             "and behind it :ext4, :xfs or :btrfs, if anything"},
		{"M", "but a size is needed"},
		{"12", "but a size is needed"},
		{"-1G", "but a size is needed"},
		{"1.5G", "but a size is needed"},
		{"4GiB", "but a size is needed"},
		{"4g", "but a size is needed"},
		{"4 G", "but a size is needed"},
		{"1111111111111111111G", "but a size is needed"},
		{":xfs", "but a size is needed"},
		{"999999999999T", "which is too large"},
		{"0M", "which is too small; ext4 needs 8 MiB"},
		{"8191K", "which is too small; ext4 needs 8 MiB"},
		{"299M:xfs", "which is too small; xfs needs 300 MiB"},
		{"4G:", "but the filesystem is one of ext4, xfs, btrfs"},
		{"4G:EXT4", "but the filesystem is one of"},
		{"4G:xfs:x", "but the filesystem is one of"},
		{"4G\x1b:x", "\"4G\\x1b:x\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct image_wish wish = {.bytes = 1};
		struct err err = {0};

		assert_int_equal(image_wish_parse(bad[i].text, &wish, &err),
		                 -EINVAL);
		assert_non_null(strstr(err.text, bad[i].why));
		assert_int_equal(wish.bytes, 1);
	}
}

/* --- suites --- */

static void knows_suites_and_mirrors(void **state)
{
	static const char *const suites[] = {"bookworm", "sid", "9.1_x-y"};
	static const char *const no_suites[] = {"",    "-x",  "--help", ".x",
	                                        "a b", "a/b", "a\n"};
	static const char *const mirrors[] = {"http://x/debian", "https://x",
	                                      "file:/srv/debian"};
	static const char *const no_mirrors[] = {
		"", "-x", "ftp://x", "x", "/etc", "http://x y", "http://x\ny"};

	(void)state;
	for (size_t i = 0; i < sizeof(suites) / sizeof(*suites); i++)
		assert_null(suite_fault(suites[i]));
	for (size_t i = 0; i < sizeof(no_suites) / sizeof(*no_suites); i++)
		assert_non_null(suite_fault(no_suites[i]));
	for (size_t i = 0; i < sizeof(mirrors) / sizeof(*mirrors); i++)
		assert_null(suite_mirror_fault(mirrors[i]));
	for (size_t i = 0; i < sizeof(no_mirrors) / sizeof(*no_mirrors); i++)
		assert_non_null(suite_mirror_fault(no_mirrors[i]));
}

static void assert_sources(const char *suite, const char *targets,
                           const char *lines, const char *mirror)
{
	AUTO(buf) struct buf got = {0}, got_mirror = {0};

	suite_sources(suite, targets, &got, &got_mirror);
	assert_string_equal(buf_text(&got), lines);
	assert_string_equal(buf_text(&got_mirror), mirror);
}

static void finds_sources(void **state)
{
	static const char targets[] =
		"Google|cloud|http://g/|main\n"
		"Debian|trixie-updates|http://m/d/|main\n"
		"Debian|trixie|http://m/d/|main\n"
		"Debian|trixie|http://m/d/|main\n"
		"Debian|trixie|http://m/d/|contrib\n"
		"Debian|trixie-security|http://m/s/|main\n"
		"Debian|bookworm|http://old/|main\n"
		"half a|line\n";

	(void)state;
	assert_sources("trixie", targets,
	               "deb http://m/d/ trixie-updates main\n"
	               "deb http://m/d/ trixie main\n"
	               "deb http://m/d/ trixie contrib\n"
	               "deb http://m/s/ trixie-security main\n",
	               "http://m/d/");
	assert_sources("bookworm", targets, "deb http://old/ bookworm main\n",
	               "http://m/d/");
	assert_sources("sid", targets, "deb http://m/d/ sid main\n",
	               "http://m/d/");
	assert_sources("tri", targets, "deb http://m/d/ tri main\n",
	               "http://m/d/");
	assert_sources("cloud", "Google|cloud|http://g/|main\n", "", "");
	assert_sources("sid", "", "", "");
}

/* --- config --- */

static void writes_a_config_of_defaults(void **state)
{
	static const struct config_choice none = {0};
	AUTO(buf) struct buf text = {0};
	AUTO(config) struct config c = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(config_text(&none, &text, &err), 0);
	assert_non_null(strstr(text.data, "\n#BASE=\"\"\n"));
	assert_non_null(strstr(text.data, "\n#TMPFS=\"/run\"\n"));
	/* All of it is comment; and none of it is wider than a terminal. */
	assert_int_equal(config_parse(&c, text.data, text.len, "config", &err),
	                 0);
	assert_int_equal(c.n, 0);
	for (const char *line = text.data; *line; line++) {
		assert_true(strcspn(line, "\n") < 80);
		line += strcspn(line, "\n");
	}
}

static void writes_what_was_chosen(void **state)
{
	static const char *const bridges[] = {"br0", "=",
	                                      "br1=02:00:00:00:00:01"};
	static const char *const bases[] = {"/",     "/srv/base",   "/a b",
	                                    "/a\"b", "/$HOME`x`\\", "/a#b"};

	(void)state;
	for (size_t i = 0; i < sizeof(bases) / sizeof(*bases); i++) {
		const struct config_choice choice = {bases[i], bridges, 3};
		AUTO(buf) struct buf text = {0}, warnings = {0};
		AUTO(config) struct config c = {0};
		AUTO(declaration) struct declaration d = {0};
		struct err err = {0};

		assert_int_equal(config_text(&choice, &text, &err), 0);
		assert_int_equal(
			config_parse(&c, text.data, text.len, "config", &err),
			0);
		assert_int_equal(
			declaration_read(&d, &c, "config", &warnings, &err), 0);
		assert_int_equal(d.base.n, 1);
		assert_string_equal(d.base.v[0], bases[i]);
		assert_int_equal(d.cables.n, 3);
		assert_string_equal(d.cables.v[1].bridge, "");
		assert_true(d.cables.v[2].has_mac);
	}
}

static void refuses_what_config_would(void **state)
{
	static const char *const twice[] = {"a=02:00:00:00:00:01",
	                                    "b=02:00:00:00:00:01"};
	const struct config_choice choice = {NULL, twice, 2};
	AUTO(buf) struct buf text = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(config_text(&choice, &text, &err), -EINVAL);
	assert_non_null(strstr(err.text, "cable 0 has that MAC already"));
}

/* --- progress --- */

static void assert_bytes(uint64_t bytes, const char *wanted)
{
	AUTO(buf) struct buf b = {0};

	progress_print_bytes(bytes, &b);
	assert_string_equal(b.data, wanted);
}

static void prints_bytes(void **state)
{
	(void)state;
	assert_bytes(0, "0 B");
	assert_bytes(1023, "1023 B");
	assert_bytes(1024, "1.0 KiB");
	assert_bytes(1024 * 1024 - 1, "1.0 MiB");
	assert_bytes(1536 * MIB, "1.5 GiB");
	assert_bytes(UINT64_MAX, "16384.0 PiB");
}

static void fits_the_terminal(void **state)
{
	const struct progress p = {
		.what = "create web", .files = 1200, .bytes = 3 * MIB};
	const struct progress one = {.what = "clone web", .files = 1};
	AUTO(buf) struct buf wide = {0}, narrow = {0}, single = {0};

	(void)state;
	progress_print(&p, 79, &wide);
	assert_string_equal(wide.data, "create web: 1200 files, 3.0 MiB");
	progress_print(&p, 20, &narrow);
	assert_string_equal(narrow.data, "create web: 1200 fil");
	progress_print(&one, 79, &single);
	assert_string_equal(single.data, "clone web: 1 file, 0 B");
}

/* --- links --- */

static void remembers_links(void **state)
{
	AUTO(links) struct links l = {0};
	char path[16];

	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		snprintf(path, sizeof(path), "p%u", (unsigned)i);
		assert_null(links_meet(&l, i << 20, path));
	}
	for (uint64_t i = 0; i < 1000; i++) {
		snprintf(path, sizeof(path), "p%u", (unsigned)i);
		assert_string_equal(links_meet(&l, i << 20, "other"), path);
	}
	assert_int_equal(l.n, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_sizes),
		cmocka_unit_test(refuses_sizes),
		cmocka_unit_test(knows_suites_and_mirrors),
		cmocka_unit_test(finds_sources),
		cmocka_unit_test(writes_a_config_of_defaults),
		cmocka_unit_test(writes_what_was_chosen),
		cmocka_unit_test(refuses_what_config_would),
		cmocka_unit_test(prints_bytes),
		cmocka_unit_test(fits_the_terminal),
		cmocka_unit_test(remembers_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
