/* SPDX-License-Identifier: MIT */
/* Capabilities: the sets of the modes, CAPS, and what differs. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <linux/capability.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/config.h"
#include "model/declaration.h"
#include "model/powers.h"

#define BIT(name) (1ull << CAP_##name)

static const struct powers unchanged;

static void knows_every_name(void **state)
{
	char name[8];

	(void)state;
	for (int i = 0; i <= CAP_LAST_CAP; i++) {
		struct powers p = {.added = 1ull << i};
		AUTO(buf) struct buf b = {0};

		powers_print(&b, &p);
		assert_int_equal(powers_find(buf_text(&b) + 1), i);
	}
	assert_int_equal(powers_find("SYS_TIME"), CAP_SYS_TIME);
	assert_int_equal(powers_find("cap_Sys_time"), CAP_SYS_TIME);
	assert_int_equal(powers_find("CHECKPOINT_RESTORE"), 40);
	assert_int_equal(powers_find(""), -1);
	assert_int_equal(powers_find("CAP_"), -1);
	snprintf(name, sizeof(name), "SYS");
	assert_int_equal(powers_find(name), -1);
}

static void keeps_what_is_its_own(void **state)
{
	uint64_t own = powers_kept(true, true, true, &unchanged);

	(void)state;
	assert_true(own & BIT(SYS_ADMIN) && own & BIT(SYS_RESOURCE));
	assert_true(own & BIT(MKNOD) && own & BIT(NET_ADMIN));
	assert_false(own & (BIT(SYS_TIME) | BIT(SYS_MODULE) | BIT(SYS_RAWIO) |
	                    BIT(SYSLOG) | BIT(BPF) | BIT(PERFMON) |
	                    BIT(MAC_ADMIN) | BIT(MAC_OVERRIDE) |
	                    BIT(AUDIT_CONTROL) | BIT(CHECKPOINT_RESTORE) |
	                    BIT(WAKE_ALARM) | BIT(BLOCK_SUSPEND)));
	/* What later kernels add is not known to be harmless. */
	assert_int_equal(own >> (CAP_LAST_CAP + 1), 0);
	assert_true(powers_kept(true, true, false, &unchanged) ==
	            (own & ~BIT(SYS_RESOURCE)));
}

static void keeps_little_of_the_hosts(void **state)
{
	uint64_t with_net = powers_kept(false, true, false, &unchanged);
	uint64_t without = powers_kept(false, false, false, &unchanged);

	(void)state;
	assert_true(with_net == (without | BIT(NET_ADMIN)));
	assert_false(without &
	             (BIT(SYS_ADMIN) | BIT(MKNOD) | BIT(SYS_PTRACE) |
	              BIT(DAC_READ_SEARCH) | BIT(NET_ADMIN) | BIT(SYS_NICE) |
	              BIT(SYS_RESOURCE) | BIT(LINUX_IMMUTABLE)));
	assert_int_equal(__builtin_popcountll(without), 14);
}

static void is_changed_word_by_word(void **state)
{
	struct powers p = {0};
	AUTO(buf) struct buf b = {0};

	(void)state;
	assert_int_equal(powers_change(&p, "+SYS_TIME"), 0);
	assert_int_equal(powers_change(&p, "-CAP_NET_RAW"), 0);
	assert_int_equal(powers_change(&p, "+cap_chown"), 0);
	assert_int_equal(powers_change(&p, "-chown"), 0); /* the last holds */
	assert_int_equal(powers_change(&p, "SYS_TIME"), -EINVAL);
	assert_int_equal(powers_change(&p, ""), -EINVAL);
	assert_int_equal(powers_change(&p, "+"), -ENOENT);
	assert_int_equal(powers_change(&p, "+SYS_TIMES"), -ENOENT);
	powers_print(&b, &p);
	assert_string_equal(buf_text(&b), "-CHOWN -NET_RAW +SYS_TIME");
	assert_true(
		powers_kept(true, true, true, &p) ==
		((powers_kept(true, true, true, &unchanged) | BIT(SYS_TIME)) &
	         ~(BIT(CHOWN) | BIT(NET_RAW))));
}

static void knows_what_lifts_limits(void **state)
{
	struct powers p = {.added = BIT(SYS_RESOURCE)};

	(void)state;
	assert_true(powers_lift_limits(&p, false));
	assert_false(powers_lift_limits(&p, true));
	assert_false(powers_lift_limits(&unchanged, false));
	assert_true(powers_kept(true, true, false, &p) & BIT(SYS_RESOURCE));
}

static int declare(struct declaration *d, const char *text, struct err *err)
{
	AUTO(config) struct config c = {0};
	AUTO(buf) struct buf warnings = {0};

	assert_int_equal(config_parse(&c, text, strlen(text), "config", err),
	                 0);
	return declaration_read(d, &c, "config", &warnings, err);
}

static void is_declared(void **state)
{
	AUTO(declaration) struct declaration d = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(declare(&d,
	                         "CAPS=\"+sys_time -NET_RAW\"\nCAPS+=' +mknod'",
	                         &err),
	                 0);
	assert_true(d.caps.added == (BIT(SYS_TIME) | BIT(MKNOD)));
	assert_true(d.caps.removed == BIT(NET_RAW));
}

static void says_what_is_needed(void **state)
{
	static const struct {
		const char *text, *wanted;
	} bad[] = {
		{"CAPS=SYS_TIME",
	         "config:1: CAPS is \"SYS_TIME\", +SYS_TIME to add it or "
	         "-SYS_TIME to take it away is needed"},
		{"CAPS=all", "config:1: CAPS is \"all\", +NAME or -NAME is "
	                     "needed"},
		{"CAPS=\"+SYS_TIME,-NET_RAW\"",
	         "config:1: CAPS is \"+SYS_TIME,-NET_RAW\", which is no "
	         "capability, see capabilities(7)"},
		{"CAPS='-net_rwa'", "config:1: CAPS is \"-net_rwa\", which is "
	                            "no capability; did you mean -NET_RAW?"},
		{"CAPS='+CAP_SYS_TIMES'",
	         "config:1: CAPS is \"+CAP_SYS_TIMES\", which is no "
	         "capability; did you mean +SYS_TIME?"},
		{"CAPS=(+SYS_TIME '+\033')",
	         "config:1: CAPS is \"+\\x1b\", which is no capability, see "
	         "capabilities(7)"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		AUTO(declaration) struct declaration d = {0};
		struct err err = {0};

		assert_int_equal(declare(&d, bad[i].text, &err), -EINVAL);
		assert_string_equal(err.text, bad[i].wanted);
	}
}

static void add_difference(void *arg, const char *name, const char *value)
{
	buf_printf(arg, "%s=%s;", name, value);
}

static void assert_differs(const char *text, const char *wanted)
{
	AUTO(declaration) struct declaration d = {0};
	AUTO(buf) struct buf b = {0};
	struct err err = {0};

	assert_int_equal(declare(&d, text, &err), 0);
	declaration_differs(&d, add_difference, &b);
	assert_string_equal(buf_text(&b), wanted);
}

static void tells_what_differs(void **state)
{
	(void)state;
	assert_differs("", "");
	assert_differs("HOSTNAME=a MOUNTS=no TMPFS=/tmp MEMORY_MAX=1G\n"
	               "PRIVATE_USERS=shared CAPS=",
	               "");
	assert_differs("MOUNTS=yes NETWORK=host PRIVATE_USERS=isolated",
	               "PRIVATE_USERS=isolated;MOUNTS=yes;NETWORK=host;");
	assert_differs("CAPS='+SYS_TIME -CHOWN' SECCOMP=off NO_NEW_PRIVS=yes\n"
	               "PIDS_MAX=max DEVICES=/dev/fuse",
	               "DEVICES=/dev/fuse;PIDS_MAX=max;CAPS=-CHOWN +SYS_TIME;"
	               "SECCOMP=off;NO_NEW_PRIVS=yes;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_every_name),
		cmocka_unit_test(keeps_what_is_its_own),
		cmocka_unit_test(keeps_little_of_the_hosts),
		cmocka_unit_test(is_changed_word_by_word),
		cmocka_unit_test(knows_what_lifts_limits),
		cmocka_unit_test(is_declared),
		cmocka_unit_test(says_what_is_needed),
		cmocka_unit_test(tells_what_differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
