/* SPDX-License-Identifier: MIT */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "model/limits.h"

static const struct limits none;

/* What version writes, and that reading it gives the same limits again. */
static void assert_prints(const struct limits *l, enum limit limit, int version,
                          const char *wanted)
{
	AUTO(buf) struct buf b = {0};
	struct limits back = {0};

	limit_print(l, limit, version, &b);
	assert_string_equal(buf_text(&b), wanted);
	buf_putc(&b, '\n'); /* as the kernel says it */
	limit_read(&back, limit, version, buf_text(&b));
	assert_memory_equal(&back, l, sizeof(back));
}

static void assert_row(const struct limits *l, enum limit limit,
                       const char *one, const char *two)
{
	assert_true(limit_is_set(l, limit) ==
	            (memcmp(l, &none, sizeof(none)) != 0));
	assert_prints(l, limit, 1, one);
	assert_prints(l, limit, 2, two);
}

static void prints_what_is_set(void **state)
{
	(void)state;
	assert_row(&(struct limits){.memory_max = 65536}, LIMIT_MEMORY_MAX,
	           "65536", "65536");
	assert_row(&(struct limits){.memory_high = 1ull << 40},
	           LIMIT_MEMORY_HIGH, "1099511627776", "1099511627776");
	assert_row(&(struct limits){.cpu_max = 150}, LIMIT_CPU_MAX, "150000",
	           "150000 100000");
	assert_row(&(struct limits){.cpu_max = 1}, LIMIT_CPU_MAX, "1000",
	           "1000 100000");
	assert_row(&(struct limits){.cpu_max = 102400}, LIMIT_CPU_MAX,
	           "102400000", "102400000 100000");
	assert_row(&(struct limits){.cpu_weight = 50}, LIMIT_CPU_WEIGHT, "512",
	           "50");
	assert_row(&(struct limits){.cpu_weight = 10000}, LIMIT_CPU_WEIGHT,
	           "102400", "10000");
	assert_row(&(struct limits){.io_weight = 200}, LIMIT_IO_WEIGHT, "200",
	           "default 200");
	assert_row(&(struct limits){.pids_max = 1}, LIMIT_PIDS_MAX, "1", "1");
}

static void prints_the_kernels_own_where_nothing_is_set(void **state)
{
	(void)state;
	assert_row(&none, LIMIT_MEMORY_MAX, "-1", "max");
	assert_row(&none, LIMIT_MEMORY_HIGH, "-1", "max");
	assert_row(&none, LIMIT_CPU_MAX, "-1", "max 100000");
	assert_row(&none, LIMIT_CPU_WEIGHT, "1024", "100");
	assert_row(&none, LIMIT_IO_WEIGHT, "500", "default 100");
	assert_row(&none, LIMIT_PIDS_MAX, "max", "max");
}

/* Version 1 has not all that version 2 has. */
static void stays_within_what_version_1_takes(void **state)
{
	struct limits l = {.cpu_weight = 1, .io_weight = 1};
	AUTO(buf) struct buf b = {0};

	(void)state;
	assert_prints(&(struct limits){.cpu_weight = 1}, LIMIT_CPU_WEIGHT, 1,
	              "10");
	limit_print(&l, LIMIT_IO_WEIGHT, 1, &b);
	l.io_weight = 5000;
	limit_print(&l, LIMIT_IO_WEIGHT, 1, &b);
	assert_string_equal(buf_text(&b), "101000");
}

static void reads_what_the_kernel_says(void **state)
{
	struct limits l = {0};

	(void)state;
	limit_read(&l, LIMIT_MEMORY_MAX, 1, "9223372036854771712\n");
	limit_read(&l, LIMIT_MEMORY_HIGH, 2, "");
	limit_read(&l, LIMIT_CPU_MAX, 2, "");
	limit_read(&l, LIMIT_PIDS_MAX, 2, "");
	assert_memory_equal(&l, &none, sizeof(l));
	limit_read(&l, LIMIT_CPU_MAX, 2, "50000 200000\n");
	assert_int_equal(l.cpu_max, 25);
	limit_read(&l, LIMIT_CPU_MAX, 2, "50000 0\n");
	assert_int_equal(l.cpu_max, 0);
	limit_read(&l, LIMIT_IO_WEIGHT, 2, "default 300\n8:0 10\n");
	assert_int_equal(l.io_weight, 300);
	limit_read(&l, LIMIT_IO_WEIGHT, 1, "300\n");
	assert_int_equal(l.io_weight, 300);
}

static void assert_shows(const struct limits *l, enum limit limit,
                         const char *wanted)
{
	AUTO(buf) struct buf b = {0};

	limit_show(l, limit, &b);
	assert_string_equal(buf_text(&b), wanted);
}

static void shows_what_config_says(void **state)
{
	static const struct limits l = {
		.memory_max = 512 << 20,
		.memory_high = 65537,
		.cpu_max = 125,
		.cpu_weight = 1,
		.io_weight = 10000,
		.pids_max = 4096,
	};
	static const char *const wanted[LIMITS] = {"512M", "65537", "1.25",
	                                           "1",    "10000", "4096"};

	(void)state;
	for (enum limit i = 0; i < LIMITS; i++) {
		assert_shows(&l, i, wanted[i]);
		assert_shows(&none, i, "");
	}
}

static void names_files_and_controllers(void **state)
{
	static const struct {
		const char *name, *one, *two, *file_one, *file_two, *next;
	} wanted[LIMITS] = {
		{"MEMORY_MAX", "memory", "memory", "memory.limit_in_bytes",
	         "memory.max", NULL},
		{"MEMORY_HIGH", "memory", "memory",
	         "memory.soft_limit_in_bytes", "memory.high", NULL},
		{"CPU_MAX", "cpu", "cpu", "cpu.cfs_quota_us", "cpu.max", NULL},
		{"CPU_WEIGHT", "cpu", "cpu", "cpu.shares", "cpu.weight", NULL},
		{"IO_WEIGHT", "blkio", "io", "blkio.weight", "io.weight",
	         "io.bfq.weight"},
		{"PIDS_MAX", "pids", "pids", "pids.max", "pids.max", NULL},
	};

	(void)state;
	for (enum limit i = 0; i < LIMITS; i++) {
		const char *next = limit_file(i, 2, 1);

		assert_string_equal(limit_name(i), wanted[i].name);
		assert_string_equal(limit_controller(i, 1), wanted[i].one);
		assert_string_equal(limit_controller(i, 2), wanted[i].two);
		assert_string_equal(limit_file(i, 1, 0), wanted[i].file_one);
		assert_string_equal(limit_file(i, 2, 0), wanted[i].file_two);
		assert_true(!next == !wanted[i].next);
		if (next)
			assert_string_equal(next, wanted[i].next);
		assert_null(limit_file(i, 1, 2));
		assert_false(limit_is_set(&none, i));
	}
	assert_string_equal(limit_file(LIMIT_IO_WEIGHT, 1, 1),
	                    "blkio.bfq.weight");
	assert_false(limit_is_set(&none, LIMITS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_what_is_set),
		cmocka_unit_test(prints_the_kernels_own_where_nothing_is_set),
		cmocka_unit_test(stays_within_what_version_1_takes),
		cmocka_unit_test(reads_what_the_kernel_says),
		cmocka_unit_test(shows_what_config_says),
		cmocka_unit_test(names_files_and_controllers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
