/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"
#include "model/config.h"
#include "model/declaration.h"

static int declare(struct declaration *d, const char *text, struct err *err)
{
	AUTO(config) struct config c = {0};
	AUTO(buf) struct buf warnings = {0};
	int r = config_parse(&c, text, strlen(text), "config", err);

	return r ? r : declaration_read(d, &c, "config", &warnings, err);
}

struct shown {
	const char *name;
	struct buf value;
};

static void show(void *arg, const char *name, const char *value, int line)
{
	struct shown *s = arg;

	(void)line;
	if (!strcmp(name, s->name))
		buf_puts(&s->value, value);
}

/* NAME=value is read, and printed as wanted. */
static void assert_reads(const char *name, const char *value,
                         const char *wanted)
{
	AUTO(buf) struct buf text = {0};
	AUTO(config) struct config c = {0};
	AUTO(declaration) struct declaration d = {0};
	struct shown shown = {.name = name};
	struct err err = {0};

	buf_printf(&text, "%s=%s", name, value);
	if (declare(&d, buf_text(&text), &err) < 0)
		print_message("%s\n", err.text);
	assert_int_equal(err.code, 0);
	declaration_each(&d, &c, show, &shown);
	assert_string_equal(buf_text(&shown.value), wanted);
	buf_done(&shown.value);
}

/* NAME=value is refused: "config:1: NAME SAYS". */
static void assert_refuses(const char *name, const char *value,
                           const char *says)
{
	AUTO(buf) struct buf text = {0}, wanted = {0};
	AUTO(declaration) struct declaration d = {0};
	struct err err = {0};

	buf_printf(&text, "%s=%s", name, value);
	buf_printf(&wanted, "config:1: %s %s", name, says);
	assert_int_equal(declare(&d, buf_text(&text), &err), -EINVAL);
	assert_string_equal(err.text, buf_text(&wanted));
}

#define BYTES "a number of bytes is needed, 64K or more, as 512M or 2G"

static void bytes(void **state)
{
	(void)state;
	assert_reads("MEMORY_MAX", "65536", "64K");
	assert_reads("MEMORY_MAX", "64K", "64K");
	assert_reads("MEMORY_MAX", "65537", "65537");
	assert_reads("MEMORY_MAX", "512M", "512M");
	assert_reads("MEMORY_HIGH", "2048M", "2G");
	assert_reads("MEMORY_HIGH", "3T", "3T");
	assert_reads("MEMORY_MAX", "8388607T", "8388607T");
	assert_reads("MEMORY_MAX", "", "");
	assert_refuses("MEMORY_MAX", "65535", "is \"65535\", " BYTES);
	assert_refuses("MEMORY_MAX", "63K", "is \"63K\", " BYTES);
	assert_refuses("MEMORY_MAX", "0", "is \"0\", " BYTES);
	assert_refuses("MEMORY_MAX", "8388608T", "is \"8388608T\", " BYTES);
	assert_refuses("MEMORY_MAX", "18446744073709551616",
	               "is \"18446744073709551616\", " BYTES);
	assert_refuses("MEMORY_MAX", "999999999999999999T",
	               "is \"999999999999999999T\", " BYTES);
	assert_refuses("MEMORY_MAX", "512m", "is \"512m\", " BYTES);
	assert_refuses("MEMORY_MAX", "512MB", "is \"512MB\", " BYTES);
	assert_refuses("MEMORY_MAX", "1.5G", "is \"1.5G\", " BYTES);
	assert_refuses("MEMORY_MAX", "-1", "is \"-1\", " BYTES);
	assert_refuses("MEMORY_MAX", "max", "is \"max\", " BYTES);
	assert_refuses("MEMORY_MAX", "M", "is \"M\", " BYTES);
	assert_refuses("MEMORY_HIGH", "(1G 2G)",
	               "is an array, one value is allowed");
}

#define CPUS "a number of CPUs is needed, 0.01 to 1024, as 1.5"

static void cpus(void **state)
{
	(void)state;
	assert_reads("CPU_MAX", "1.5", "1.5");
	assert_reads("CPU_MAX", "1.50", "1.5");
	assert_reads("CPU_MAX", "0.01", "0.01");
	assert_reads("CPU_MAX", "0.25", "0.25");
	assert_reads("CPU_MAX", "1024", "1024");
	assert_reads("CPU_MAX", "1024.00", "1024");
	assert_reads("CPU_MAX", "0001", "1");
	assert_refuses("CPU_MAX", "0", "is \"0\", " CPUS);
	assert_refuses("CPU_MAX", "0.00", "is \"0.00\", " CPUS);
	assert_refuses("CPU_MAX", "0.001", "is \"0.001\", " CPUS);
	assert_refuses("CPU_MAX", "1024.01", "is \"1024.01\", " CPUS);
	assert_refuses("CPU_MAX", "1025", "is \"1025\", " CPUS);
	assert_refuses("CPU_MAX", "00001", "is \"00001\", " CPUS);
	assert_refuses("CPU_MAX", "1.", "is \"1.\", " CPUS);
	assert_refuses("CPU_MAX", ".5", "is \".5\", " CPUS);
	assert_refuses("CPU_MAX", "1,5", "is \"1,5\", " CPUS);
	assert_refuses("CPU_MAX", "1.5x", "is \"1.5x\", " CPUS);
	assert_refuses("CPU_MAX", "150%", "is \"150%\", " CPUS);
	assert_refuses("CPU_MAX", "(1)", "is an array, one value is allowed");
}

#define WEIGHT "a number from 1 to 10000 is needed"

static void weights(void **state)
{
	(void)state;
	assert_reads("CPU_WEIGHT", "1", "1");
	assert_reads("IO_WEIGHT", "10000", "10000");
	assert_reads("IO_WEIGHT", "", "");
	assert_refuses("CPU_WEIGHT", "0", "is \"0\", " WEIGHT);
	assert_refuses("IO_WEIGHT", "10001", "is \"10001\", " WEIGHT);
	assert_refuses("IO_WEIGHT", "low", "is \"low\", " WEIGHT);
}

#define PIDS "a number from 1 to 4194304 is needed"

static void pids(void **state)
{
	(void)state;
	assert_reads("PIDS_MAX", "", "4096");
	assert_reads("PIDS_MAX", "1", "1");
	assert_reads("PIDS_MAX", "4194304", "4194304");
	assert_reads("PIDS_MAX", "max", "max");
	assert_refuses("PIDS_MAX", "0", "is \"0\", " PIDS);
	assert_refuses("PIDS_MAX", "4194305", "is \"4194305\", " PIDS);
	assert_refuses("PIDS_MAX", "Max", "is \"Max\", " PIDS);
	assert_refuses("PIDS_MAX", "(1 2)",
	               "is an array, one value is allowed");
}

#define DEVICE "the path of a device below /dev is needed, as /dev/net/tun"

static void devices(void **state)
{
	AUTO(buf) struct buf many = {0};

	(void)state;
	assert_reads("DEVICES", "\"/dev/net/tun /dev/fuse:r\"",
	             "/dev/net/tun /dev/fuse:r");
	assert_reads("DEVICES", "(/dev/a:rw /dev/b:w)", "/dev/a:rw /dev/b:w");
	assert_reads("DEVICES", "", "");
	assert_refuses("DEVICES", "/dev/fuse:x",
	               "is \"/dev/fuse:x\", behind the colon r, w or rw is "
	               "needed");
	assert_refuses("DEVICES", "/dev/fuse:",
	               "is \"/dev/fuse:\", behind the colon r, w or rw is "
	               "needed");
	assert_refuses("DEVICES", "/dev/fuse:rwm",
	               "is \"/dev/fuse:rwm\", behind the colon r, w or rw is "
	               "needed");
	assert_refuses("DEVICES", "fuse", "is \"fuse\", " DEVICE);
	assert_refuses("DEVICES", "/dev/", "is \"/dev/\", " DEVICE);
	assert_refuses("DEVICES", "/dev", "is \"/dev\", " DEVICE);
	assert_refuses("DEVICES", "/dev/:r", "is \"/dev/:r\", " DEVICE);
	assert_refuses("DEVICES", "/dev/../etc/passwd",
	               "is \"/dev/../etc/passwd\", " DEVICE);
	assert_refuses("DEVICES", "/dev/net/./tun",
	               "is \"/dev/net/./tun\", " DEVICE);
	assert_refuses("DEVICES", "/dev//fuse", "is \"/dev//fuse\", " DEVICE);
	assert_refuses("DEVICES", "/dev/net/", "is \"/dev/net/\", " DEVICE);
	assert_refuses("DEVICES", "/devices/x", "is \"/devices/x\", " DEVICE);
	buf_puts(&many, "\"");
	for (int i = 0; i < 65; i++)
		buf_printf(&many, "/dev/n%d ", i);
	buf_puts(&many, "\"");
	assert_refuses("DEVICES", buf_text(&many),
	               "has 65 devices, at most 64 are allowed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes),   cmocka_unit_test(cpus),
		cmocka_unit_test(weights), cmocka_unit_test(pids),
		cmocka_unit_test(devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
