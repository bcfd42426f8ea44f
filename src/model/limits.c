/* SPDX-License-Identifier: MIT */

#include "model/limits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/value.h"

#define PERIOD       100000 /* µs: what a share of the CPU is counted in */
#define WEIGHT       100    /* the kernel's, of version 2 */
#define SHARES       1024   /* the same of version 1 */
#define BLKIO_WEIGHT 500
#define ENDLESS      (1ull << 62) /* bytes; version 1 has a number for it */

static void print_bytes(uint64_t bytes, int version, struct buf *b)
{
	if (bytes)
		buf_printf(b, "%" PRIu64, bytes);
	else
		buf_puts(b, version == 2 ? "max" : "-1");
}

static void print_memory_max(const struct limits *l, int version, struct buf *b)
{
	print_bytes(l->memory_max, version, b);
}

static void print_memory_high(const struct limits *l, int version,
                              struct buf *b)
{
	print_bytes(l->memory_high, version, b);
}

static void print_cpu_max(const struct limits *l, int version, struct buf *b)
{
	uint64_t quota = (uint64_t)l->cpu_max * (PERIOD / 100);

	if (version == 1 && !quota)
		buf_puts(b, "-1");
	else if (!quota)
		buf_printf(b, "max %d", PERIOD);
	else if (version == 1)
		buf_printf(b, "%" PRIu64, quota);
	else
		buf_printf(b, "%" PRIu64 " %d", quota, PERIOD);
}

static void print_cpu_weight(const struct limits *l, int version, struct buf *b)
{
	unsigned weight = l->cpu_weight ? l->cpu_weight : WEIGHT;
	unsigned shares = weight * SHARES / WEIGHT;

	buf_printf(b, "%u",
	           version == 2 ? weight
	           : shares < 2 ? 2 /* the kernel's least */
	                        : shares);
}

/* Version 1 knows 10 to 1000. */
static void print_io_weight(const struct limits *l, int version, struct buf *b)
{
	unsigned weight = l->io_weight ? l->io_weight : WEIGHT;

	if (version == 2)
		buf_printf(b, "default %u", weight);
	else if (!l->io_weight)
		buf_printf(b, "%d", BLKIO_WEIGHT);
	else
		buf_printf(b, "%u",
		           weight < 10     ? 10
		           : weight > 1000 ? 1000
		                           : weight);
}

static void print_pids_max(const struct limits *l, int version, struct buf *b)
{
	(void)version;
	if (l->pids_max)
		buf_printf(b, "%" PRIu64, l->pids_max);
	else
		buf_puts(b, "max");
}

static void read_bytes(const char *text, uint64_t *bytes)
{
	*bytes = *text == 'm' ? 0 : strtoull(text, NULL, 10);
	if (*bytes >= ENDLESS)
		*bytes = 0;
}

static void read_memory_max(struct limits *l, int version, const char *text)
{
	(void)version;
	read_bytes(text, &l->memory_max);
}

static void read_memory_high(struct limits *l, int version, const char *text)
{
	(void)version;
	read_bytes(text, &l->memory_high);
}

static void read_cpu_max(struct limits *l, int version, const char *text)
{
	char *end;
	unsigned long long quota = strtoull(text, &end, 10), period = PERIOD;

	if (version == 2 && *end == ' ')
		period = strtoull(end, NULL, 10);
	l->cpu_max = end == text || *text == '-' || !period
	                     ? 0
	                     : (unsigned)(quota * 100 / period);
}

static void read_cpu_weight(struct limits *l, int version, const char *text)
{
	unsigned long weight = strtoul(text, NULL, 10);

	if (version == 1)
		weight = (weight * WEIGHT + SHARES / 2) / SHARES;
	l->cpu_weight = weight == WEIGHT ? 0 : (unsigned)weight;
}

static void read_io_weight(struct limits *l, int version, const char *text)
{
	unsigned long usual = version == 1 ? BLKIO_WEIGHT : WEIGHT, weight;

	weight = strtoul(text + strcspn(text, "0123456789"), NULL, 10);
	l->io_weight = weight == usual ? 0 : (unsigned)weight;
}

static void read_pids_max(struct limits *l, int version, const char *text)
{
	(void)version;
	l->pids_max = *text == 'm' ? 0 : strtoull(text, NULL, 10);
}

/* clang-format off */
#define FILES_MAX 2
#define FIELD(name) offsetof(struct limits, name)
static const struct row {
	const char *name;
	const char *controller[2];		/* of version 1, of version 2 */
	const char *files[2][FILES_MAX];
	void (*print)(const struct limits *l, int version, struct buf *b);
	void (*read)(struct limits *l, int version, const char *text);
	value_print *show;
	size_t field;
} rows[LIMITS] = {
	[LIMIT_MEMORY_MAX] = {
		"MEMORY_MAX", {"memory", "memory"},
		{{"memory.limit_in_bytes"}, {"memory.max"}},
		print_memory_max, read_memory_max,
		value_print_bytes, FIELD(memory_max)},
	/* Version 1 only reclaims down to it when memory is short. */
	[LIMIT_MEMORY_HIGH] = {
		"MEMORY_HIGH", {"memory", "memory"},
		{{"memory.soft_limit_in_bytes"}, {"memory.high"}},
		print_memory_high, read_memory_high,
		value_print_bytes, FIELD(memory_high)},
	[LIMIT_CPU_MAX] = {
		"CPU_MAX", {"cpu", "cpu"},
		{{"cpu.cfs_quota_us"}, {"cpu.max"}},
		print_cpu_max, read_cpu_max,
		value_print_cpus, FIELD(cpu_max)},
	[LIMIT_CPU_WEIGHT] = {
		"CPU_WEIGHT", {"cpu", "cpu"},
		{{"cpu.shares"}, {"cpu.weight"}},
		print_cpu_weight, read_cpu_weight,
		value_print_weight, FIELD(cpu_weight)},
	/* The one of blk-iocost, the one of the scheduler bfq. */
	[LIMIT_IO_WEIGHT] = {
		"IO_WEIGHT", {"blkio", "io"},
		{{"blkio.weight", "blkio.bfq.weight"},
		 {"io.weight", "io.bfq.weight"}},
		print_io_weight, read_io_weight,
		value_print_weight, FIELD(io_weight)},
	[LIMIT_PIDS_MAX] = {
		"PIDS_MAX", {"pids", "pids"},
		{{"pids.max"}, {"pids.max"}},
		print_pids_max, read_pids_max,
		value_print_pids, FIELD(pids_max)},
};
#undef FIELD
/* clang-format on */

const char *limit_name(enum limit limit)
{
	return rows[limit].name;
}

bool limit_is_set(const struct limits *l, enum limit limit)
{
	switch (limit) {
	case LIMIT_MEMORY_MAX:
		return l->memory_max;
	case LIMIT_MEMORY_HIGH:
		return l->memory_high;
	case LIMIT_CPU_MAX:
		return l->cpu_max;
	case LIMIT_CPU_WEIGHT:
		return l->cpu_weight;
	case LIMIT_IO_WEIGHT:
		return l->io_weight;
	case LIMIT_PIDS_MAX:
		return l->pids_max;
	case LIMITS:
		break;
	}
	return false;
}

const char *limit_controller(enum limit limit, int version)
{
	return rows[limit].controller[version - 1];
}

const char *limit_file(enum limit limit, int version, size_t at)
{
	return at < FILES_MAX ? rows[limit].files[version - 1][at] : NULL;
}

void limit_print(const struct limits *l, enum limit limit, int version,
                 struct buf *b)
{
	rows[limit].print(l, version, b);
}

void limit_show(const struct limits *l, enum limit limit, struct buf *b)
{
	if (limit_is_set(l, limit))
		rows[limit].show(b, (const char *)l + rows[limit].field);
}

void limit_read(struct limits *l, enum limit limit, int version,
                const char *text)
{
	rows[limit].read(l, version, text);
}
