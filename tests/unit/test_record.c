/* SPDX-License-Identifier: MIT */

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
#include "base/mem.h"
#include "model/record.h"

/* Every field another value; numbers too big for 32 bits, or for a sign. */
static void fill(struct record *r)
{
	char path[32];

	*r = (struct record){
		.boot = mem_copy("1b671a64-40d5-491e-99b0-da01ff1f3341"),
		.kept = mem_copy("BASE=/a=b;\\x0a USER="),
		.post_stop = mem_copy("/usr/bin/after it"),
		.base = 524288,
		.since = UINT64_MAX,
		.live = 1ull << 63,
		.image = 0x100000001,
		.net_dev = 4,
		.net_inode = 4026531840,
		.init = 4194304,
		.birth = 9999999999999999999ull,
		.mounts = 1,
		.stop_signal = 37,
		.stop_timeout = 86400,
		.keeper = 17,
		.keeper_birth = 1ull << 62,
		.detached = 1,
		.console = 1,
		.restart = 2,
		.restart_delay = 86400,
		.log_max = 16777216,
		.command = mem_copy("/bin/sh -c a%20b %"),
		.notify = mem_copy("@subhost/web"),
		.capabilities = 0xfffffedc12345678,
		.no_new_privs = 1,
		.filter = 0x8000000000000001,
		.seccomp = mem_copy("/etc/a profile.json"),
	};
	for (uint64_t i = 0; i < RECORD_TMPFS_MAX; i++) {
		snprintf(path, sizeof(path), "/run/%d =x \033", (int)i);
		assert_int_equal(record_add_tmpfs(r, UINT64_MAX - i, path), 0);
	}
}

static void assert_same_text(const char *a, const char *b)
{
	if (a && b)
		assert_string_equal(a, b);
	else
		assert_ptr_equal(a, b);
}

static void assert_same(const struct record *a, const struct record *b)
{
	assert_same_text(a->boot, b->boot);
	assert_same_text(a->kept, b->kept);
	assert_same_text(a->post_stop, b->post_stop);
	assert_same_text(a->seccomp, b->seccomp);
	assert_same_text(a->command, b->command);
	assert_same_text(a->notify, b->notify);
	assert_true(a->keeper == b->keeper);
	assert_true(a->keeper_birth == b->keeper_birth);
	assert_true(a->detached == b->detached);
	assert_true(a->console == b->console);
	assert_true(a->restart == b->restart);
	assert_true(a->restart_delay == b->restart_delay);
	assert_true(a->log_max == b->log_max);
	assert_true(a->capabilities == b->capabilities);
	assert_true(a->no_new_privs == b->no_new_privs);
	assert_true(a->filter == b->filter);
	assert_true(a->base == b->base);
	assert_true(a->since == b->since);
	assert_true(a->live == b->live);
	assert_true(a->image == b->image);
	assert_true(a->net_dev == b->net_dev);
	assert_true(a->net_inode == b->net_inode);
	assert_true(a->init == b->init);
	assert_true(a->birth == b->birth);
	assert_true(a->mounts == b->mounts);
	assert_true(a->stop_signal == b->stop_signal);
	assert_true(a->stop_timeout == b->stop_timeout);
	for (size_t i = 0; i < RECORD_TMPFS_MAX; i++) {
		assert_true(a->tmpfs[i].id == b->tmpfs[i].id);
		assert_same_text(a->tmpfs[i].path, b->tmpfs[i].path);
	}
}

static void assert_empty(const struct record *r)
{
	static const struct record empty;

	assert_same(r, &empty);
}

static void assert_comes_back(const struct record *r)
{
	AUTO(record) struct record again = {0};
	AUTO(buf) struct buf text = {0};

	record_print(r, &text);
	assert_true(text.len <= RECORD_MAX);
	assert_int_equal(record_parse(&again, buf_text(&text)), 0);
	assert_same(r, &again);
}

static void comes_back_as_it_was(void **state)
{
	AUTO(record) struct record r = {0};

	(void)state;
	assert_comes_back(&r);
	fill(&r);
	assert_comes_back(&r);
	record_clear_tmpfs(&r);
	assert_true(r.tmpfs[0].id == 0);
	assert_null(r.tmpfs[RECORD_TMPFS_MAX - 1].path);
	assert_comes_back(&r);
	assert_int_equal(record_add_tmpfs(&r, 7, "/tmp"), 0);
	assert_comes_back(&r);
}

static void is_text_of_lines(void **state)
{
	AUTO(record) struct record r = {0};
	AUTO(buf) struct buf text = {0};

	(void)state;
	r.boot = mem_copy("b");
	r.post_stop = mem_copy("/p");
	r.live = 12;
	assert_int_equal(record_add_tmpfs(&r, 9, "/run"), 0);
	assert_int_equal(record_add_tmpfs(&r, 10, "/tmp"), 0);
	buf_puts(&text, "# ");
	record_print(&r, &text);
	assert_string_equal(
		buf_text(&text),
		"# boot=b\npost_stop=/p\nbase=0\nsince=0\nlive=12\n"
		"image=0\nnet_dev=0\nnet_inode=0\ninit=0\nbirth=0\n"
		"mounts=0\nshares=0\nstop_signal=0\nstop_timeout=0\n"
		"keeper=0\nkeeper_birth=0\ndetached=0\n"
		"console=0\nrestart=0\nrestart_delay=0\n"
		"log_max=0\ncapabilities=0\nno_new_privs=0\n"
		"filter=0\n"
		"tmpfs=9 /run\ntmpfs=10 /tmp\n");
}

static void counts_a_limited_number_of_tmpfs(void **state)
{
	AUTO(record) struct record r = {0};

	(void)state;
	for (uint64_t i = 1; i <= RECORD_TMPFS_MAX; i++)
		assert_int_equal(record_add_tmpfs(&r, i, "/x"), 0);
	assert_int_equal(record_add_tmpfs(&r, 99, "/y"), -E2BIG);
	assert_true(r.tmpfs[RECORD_TMPFS_MAX - 1].id == RECORD_TMPFS_MAX);
	assert_string_equal(r.tmpfs[RECORD_TMPFS_MAX - 1].path, "/x");
	record_clear_tmpfs(&r);
	record_clear_tmpfs(&r);
	assert_empty(&r);
	assert_int_equal(record_add_tmpfs(&r, 99, "/y"), 0);
	assert_true(r.tmpfs[0].id == 99);
}

static void leaves_out_what_a_newer_version_wrote(void **state)
{
	AUTO(record) struct record r = {0};

	(void)state;
	assert_int_equal(record_parse(&r, "colour=blue\n\nlive=5\nLIVE=6\n"
	                                  "liv=7\nlives=8\n=9\nimage2=x y\n\n"),
	                 0);
	assert_true(r.live == 5);
	r.live = 0;
	assert_empty(&r);
}

static void takes_what_is_written_last(void **state)
{
	AUTO(record) struct record r = {0};

	(void)state;
	assert_int_equal(record_parse(&r, "boot=a\nlive=1\nboot=\nlive=2"), 0);
	assert_string_equal(r.boot, "");
	assert_true(r.live == 2);
}

static void takes_all_of_64_bits_and_no_more(void **state)
{
	AUTO(record) struct record r = {0};

	(void)state;
	assert_int_equal(record_parse(&r, "live=18446744073709551615\n"
	                                  "image=00000000000000000001\n"
	                                  "init=0"),
	                 0);
	assert_true(r.live == UINT64_MAX);
	assert_true(r.image == 1);
	assert_true(r.init == 0);
}

static void refuses_garbage(void **state)
{
	static const char *const bad[] = {
		"live",
		"live=",
		"live= 1",
		"live=1 ",
		"live=-1",
		"live=+1",
		"live=0x1",
		"live=1\r",
		"live=/",
		"live=:",
		"live=1\377",
		"live=18446744073709551616",
		"live=18446744073709551620",
		"live=28446744073709551615",
		"live=99999999999999999999",
		"live=000000000000000000001",
		"stop_timeout=x",
		"\001\002\377",
		" ",
		"#",
		"tmpfs=",
		"tmpfs=5",
		"tmpfs=5 ",
		"tmpfs=5 run",
		"tmpfs= /run",
		"tmpfs=0 /run",
		"tmpfs=-5 /run",
		"tmpfs=5  /run",
		"tmpfs=x /run",
		"tmpfs=18446744073709551616 /run",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		AUTO(record) struct record r = {0};
		AUTO(buf) struct buf text = {0};

		buf_printf(&text, "boot=b\nbase=1\ntmpfs=4 /x\n%s\nkept=k\n",
		           bad[i]);
		assert_int_equal(record_parse(&r, buf_text(&text)), -EPROTO);
		assert_empty(&r);
	}
}

static void refuses_too_many_tmpfs(void **state)
{
	AUTO(record) struct record r = {0};
	AUTO(buf) struct buf text = {0};

	(void)state;
	for (int i = 1; i <= RECORD_TMPFS_MAX + 1; i++)
		buf_printf(&text, "tmpfs=%d /x\n", i);
	assert_int_equal(record_parse(&r, buf_text(&text)), -EPROTO);
	assert_empty(&r);
}

/* Cut anywhere, as a full disk leaves it, it is refused or is less. */
static void survives_being_cut(void **state)
{
	AUTO(record) struct record whole = {0};
	AUTO(buf) struct buf text = {0};

	(void)state;
	fill(&whole);
	record_print(&whole, &text);
	while (text.len) {
		AUTO(record) struct record r = {0};

		text.data[--text.len] = '\0';
		if (record_parse(&r, text.data) < 0)
			assert_empty(&r);
	}
}

static void survives_any_changed_byte(void **state)
{
	AUTO(record) struct record whole = {0};
	AUTO(buf) struct buf text = {0};

	(void)state;
	fill(&whole);
	record_print(&whole, &text);
	for (size_t i = 0; i < text.len; i++) {
		static const char bytes[] = {0, '\n', '=', ' ', '9', '/', -1};
		char was = text.data[i];

		for (size_t j = 0; j < sizeof(bytes); j++) {
			AUTO(record) struct record r = {0};

			text.data[i] = bytes[j];
			if (record_parse(&r, text.data) < 0)
				assert_empty(&r);
		}
		text.data[i] = was;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_as_it_was),
		cmocka_unit_test(is_text_of_lines),
		cmocka_unit_test(counts_a_limited_number_of_tmpfs),
		cmocka_unit_test(leaves_out_what_a_newer_version_wrote),
		cmocka_unit_test(takes_what_is_written_last),
		cmocka_unit_test(takes_all_of_64_bits_and_no_more),
		cmocka_unit_test(refuses_garbage),
		cmocka_unit_test(refuses_too_many_tmpfs),
		cmocka_unit_test(survives_being_cut),
		cmocka_unit_test(survives_any_changed_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
