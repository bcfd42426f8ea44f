/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/config.h"
#include "model/declaration.h"
#include "model/signal.h"
#include "model/value.h"

/* Read a declaration from the text of a config that is known to parse. */
static int declare(struct declaration *d, const char *text,
                   struct buf *warnings, struct err *err)
{
	AUTO(config) struct config c = {0};

	assert_int_equal(config_parse(&c, text, strlen(text), "config", err),
	                 0);
	return declaration_read(d, &c, "config", warnings, err);
}

static void assert_declares(struct declaration *d, const char *text)
{
	AUTO(buf) struct buf warnings = {0};
	struct err err = {0};

	if (declare(d, text, &warnings, &err) < 0)
		print_message("%s\n", err.text);
	assert_int_equal(err.code, 0);
	assert_string_equal(buf_text(&warnings), "");
}

static void assert_words(const struct words *w, const char *wanted)
{
	AUTO(buf) struct buf shown = {0};

	for (size_t i = 0; i < w->n; i++)
		buf_printf(&shown, "[%s]", w->v[i]);
	assert_string_equal(buf_text(&shown), wanted);
}

static void has_defaults(void **state)
{
	static const char empty[] = "TMPFS=\nSTOP_TIMEOUT=' '\nMOUNTS=()\n"
				    "BRIDGES=\nHOSTNAME=\nINIT=''\n"
				    "ETH0_ADDRESS=\nETH007_MTU=\nDNS=''\n"
				    "HOSTS=('' ' ')";
	const char *const texts[] = {"", empty};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		AUTO(declaration) struct declaration d = {0};

		assert_declares(&d, texts[i]);
		assert_words(&d.base, "");
		assert_words(&d.base_hide, "");
		assert_words(&d.init, "");
		assert_words(&d.environment, "");
		assert_words(&d.tmpfs, "[/run]");
		assert_words(&d.dns, "");
		assert_words(&d.hosts, "");
		assert_int_equal(d.cables.n, 0);
		assert_int_equal(d.image_partition, 0);
		assert_int_equal(d.users, USERS_SHARED);
		assert_int_equal(d.reaper, ANSWER_AUTO);
		assert_int_equal(d.stop_signal, 0);
		assert_int_equal(d.stop_timeout, 10);
		assert_string_equal(d.seccomp, "default");
		assert_false(d.mounts || d.host_network || d.no_new_privs);
		assert_true(!d.hostname && !d.workdir && !d.user);
		assert_true(!d.pre_start && !d.post_stop);
	}
}

static void reads_everything(void **state)
{
	AUTO(declaration) struct declaration d = {0};

	(void)state;
	assert_declares(&d, "BASE='/a  /b.img\n/'\n"
	                    "BASE_HIDE=('/x y' /z)\n"
	                    "IMAGE_PARTITION=2\nPRIVATE_USERS=isolated\n"
	                    "MOUNTS=yes\nNETWORK=host\n"
	                    "INIT=\"/bin/sh -c 'echo \\\"a b\\\"'\"\n"
	                    "REAPER=yes\nHOSTNAME=web_1.example-x\n"
	                    "ENVIRONMENT=\"A=1 B='x y' C=\"\n"
	                    "WORKDIR=/srv\nUSER=www-data\n"
	                    "TMPFS='/run /tmp'\nSTOPSIGNAL=SIGRTMIN+3\n"
	                    "STOP_TIMEOUT=0\nPRE_START=/usr/bin/a\n"
	                    "POST_STOP=/usr/bin/b\n"
	                    "my_own=1\nBASEDIR_OF_MINE=2\n");
	assert_words(&d.base, "[/a][/b.img][/]");
	assert_words(&d.base_hide, "[/x y][/z]");
	assert_int_equal(d.image_partition, 2);
	assert_int_equal(d.users, USERS_ISOLATED);
	assert_true(d.mounts && d.host_network);
	assert_words(&d.init, "[/bin/sh][-c][echo \"a b\"]");
	assert_int_equal(d.reaper, ANSWER_YES);
	assert_string_equal(d.hostname, "web_1.example-x");
	assert_words(&d.environment, "[A=1][B=x y][C=]");
	assert_string_equal(d.workdir, "/srv");
	assert_string_equal(d.user, "www-data");
	assert_words(&d.tmpfs, "[/run][/tmp]");
	assert_int_equal(d.stop_signal, 37);
	assert_int_equal(d.stop_timeout, 0);
	assert_string_equal(d.pre_start, "/usr/bin/a");
	assert_string_equal(d.post_stop, "/usr/bin/b");
}

static void takes_arrays_as_they_are(void **state)
{
	AUTO(declaration) struct declaration d = {0};

	(void)state;
	assert_declares(&d, "INIT=(/bin/sh -c \"it's\")\n"
	                    "ENVIRONMENT=('A=\"x y\"' B=)\n"
	                    "PRIVATE_USERS=no REAPER=no USER=1000\n"
	                    "NETWORK=private");
	assert_words(&d.init, "[/bin/sh][-c][it's]");
	assert_words(&d.environment, "[A=\"x y\"][B=]");
	assert_int_equal(d.users, USERS_NO);
	assert_int_equal(d.reaper, ANSWER_NO);
	assert_string_equal(d.user, "1000");
}

static void reads_seccomp(void **state)
{
	static const char *const values[] = {"default", "strict", "off",
	                                     "/etc/my profile.json"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		AUTO(declaration) struct declaration d = {0};
		AUTO(buf) struct buf text = {0};

		buf_printf(&text, "SECCOMP='%s' NO_NEW_PRIVS=yes", values[i]);
		assert_declares(&d, buf_text(&text));
		assert_string_equal(d.seccomp, values[i]);
		assert_true(d.no_new_privs);
	}
}

static void assert_refuses(const char *text, const char *wanted)
{
	AUTO(declaration) struct declaration d = {0};
	AUTO(buf) struct buf warnings = {0};
	struct declaration none = {0};
	struct err err = {0};

	if (!declare(&d, text, &warnings, &err))
		print_message("allowed: %s\n", text);
	assert_int_equal(err.code, -EINVAL);
	assert_string_equal(err.text, wanted);
	assert_memory_equal(&d, &none, sizeof(d));
	assert_string_equal(buf_text(&warnings), "");
}

static void says_what_is_allowed(void **state)
{
	const struct {
		const char *text, *wanted;
	} bad[] = {
		{"BASE=debian@3",
	         "BASE is \"debian@3\", the absolute path of a directory or "
	         "an image is needed; bases by name are not supported by this "
	         "version"},
		{"BASE='/a b/c'",
	         "BASE is \"b/c\", an absolute path is needed"},
		{"BASE=(/a '')", "BASE is \"\", an absolute path is needed"},
		{"BASE=/a/../b",
	         "BASE is \"/a/../b\", a path without .. is needed"},
		{"BASE_HIDE=etc",
	         "BASE_HIDE is \"etc\", an absolute path is needed"},
		{"IMAGE_PARTITION=256",
	         "IMAGE_PARTITION is \"256\", a number from 0 to 255 is "
	         "needed"},
		{"IMAGE_PARTITION=-1",
	         "IMAGE_PARTITION is \"-1\", a number from 0 to 255 is "
	         "needed"},
		{"PRIVATE_USERS=yes",
	         "PRIVATE_USERS is \"yes\", shared, isolated or no is needed"},
		{"MOUNTS=1", "MOUNTS is \"1\", no or yes is needed"},
		{"MOUNTS=(yes)", "MOUNTS is an array, one value is allowed"},
		{"NETWORK=none",
	         "NETWORK is \"none\", private or host is needed"},
		{"REAPER=auto", "REAPER is \"auto\", no or yes is needed"},
		{"INIT=\"/bin/sh -c 'x\"",
	         "INIT is \"/bin/sh -c 'x\", which has a quote that is never "
	         "closed"},
		{"INIT=('' x)", "INIT has an empty program name"},
		{"HOSTNAME=a/b",
	         "HOSTNAME is \"a/b\", letters, digits, '-', '.' and '_' are "
	         "allowed, 64 at most, the first a letter, a digit or '_'"},
		{"ENVIRONMENT=A", "ENVIRONMENT is \"A\", NAME=VALUE is needed"},
		{"ENVIRONMENT=(1A=2)",
	         "ENVIRONMENT is \"1A=2\", NAME=VALUE is needed"},
		{"ENVIRONMENT==x",
	         "ENVIRONMENT is \"=x\", NAME=VALUE is needed"},
		{"ENVIRONMENT=\"'A=\"",
	         "ENVIRONMENT is \"'A=\", which has a quote that is never "
	         "closed"},
		{"WORKDIR=srv",
	         "WORKDIR is \"srv\", an absolute path is needed"},
		{"USER='a b'",
	         "USER is \"a b\", a user's name or number is needed"},
		{"USER=4294967295",
	         "USER is \"4294967295\", a user's name or number is needed"},
		{"TMPFS='/run /./'",
	         "TMPFS is \"/./\", a path below / is needed"},
		{"TMPFS=/a/..",
	         "TMPFS is \"/a/..\", a path without .. is needed"},
		{"STOPSIGNAL=SIGFOO",
	         "STOPSIGNAL is \"SIGFOO\", a signal's name or number is "
	         "needed, such as TERM, SIGTERM, RTMIN+3 or 15"},
		{"SECCOMP=relaxed",
	         "SECCOMP is \"relaxed\", default, strict, off or the absolute "
	         "path of a profile is needed"},
		{"SECCOMP=profile.json",
	         "SECCOMP is \"profile.json\", default, strict, off or the "
	         "absolute path of a profile is needed"},
		{"SECCOMP=/a/../b",
	         "SECCOMP is \"/a/../b\", a path without .. is needed"},
		{"SECCOMP=(off strict)",
	         "SECCOMP is an array, one value is allowed"},
		{"NO_NEW_PRIVS=1",
	         "NO_NEW_PRIVS is \"1\", no or yes is needed"},
		{"STOP_TIMEOUT=10s",
	         "STOP_TIMEOUT is \"10s\", a number from 0 to 86400 is "
	         "needed"},
		{"PRE_START=(/a /b)",
	         "PRE_START is an array, one value is allowed"},
		{"POST_STOP='\033[2Jx'",
	         "POST_STOP is \"\\x1b[2Jx\", a path without control "
	         "characters is needed"},
		{"USER=/23456789012345678901234567890123456789012345678901234"
	         "56789012345",
	         "USER is \"/234567890123456789012345678901234567890"
	         "123456789012345678901234…\", a user's name or number is needed"},
		{"MOUNTS=yes PRIVATE_USERS=no",
	         "MOUNTS is \"yes\", but without a user namespace "
	         "(PRIVATE_USERS=no) mounting needs CAP_SYS_ADMIN on the "
	         "host; PRIVATE_USERS shared or isolated is needed"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		AUTO(buf) struct buf text = {0};
		AUTO(buf) struct buf wanted = {0};

		buf_printf(&text, "# first\n%s\n", bad[i].text);
		buf_printf(&wanted, "config:2: %s", bad[i].wanted);
		assert_refuses(buf_text(&text), buf_text(&wanted));
	}
}

static void refuses_long_things(void **state)
{
	AUTO(buf) struct buf layers = {0};
	AUTO(buf) struct buf path = {0};
	AUTO(declaration) struct declaration d = {0};

	(void)state;
	buf_puts(&layers, "BASE=\"");
	for (int i = 0; i < 499; i++)
		buf_printf(&layers, "/%d ", i);
	buf_putc(&layers, '"');
	assert_declares(&d, buf_text(&layers));
	assert_int_equal(d.base.n, 499);
	layers.len--;
	buf_puts(&layers, "/x\"");
	assert_refuses(buf_text(&layers), "config:1: BASE has 500 layers, at "
	                                  "most 499 are allowed");
	buf_puts(&path, "WORKDIR=/");
	while (path.len < 8 + 4096)
		buf_putc(&path, 'a');
	assert_refuses(buf_text(&path),
	               "config:1: WORKDIR is \"/"
	               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	               "aaaaaaaa…\", which is too long for a path");
}

/* All cables as [BRIDGES' entry, addresses, gateways, MTU]. */
static void assert_cables(const struct cables *cables, const char *wanted)
{
	AUTO(buf) struct buf shown = {0};

	for (size_t i = 0; i < cables->n; i++) {
		const struct cable *c = &cables->v[i];

		buf_putc(&shown, '[');
		cable_print(c, &shown);
		buf_putc(&shown, ',');
		value_print_addresses(&shown, &c->addresses);
		buf_putc(&shown, ',');
		value_print_gateways(&shown, &c->gateways);
		buf_printf(&shown, ",%u]", c->mtu);
	}
	assert_string_equal(buf_text(&shown), wanted);
}

static void reads_cables(void **state)
{
	const struct {
		const char *text, *wanted;
	} good[] = {
		{"BRIDGES=br0", "[br0,,,0]"},
		{"BRIDGES=' br0\t=\n br1 '", "[br0,,,0][=,,,0][br1,,,0]"},
		{"BRIDGES='br0=02:00:5E:00:00:01 br0:02:00:5e:00:00:02'",
	         "[br0=02:00:5e:00:00:01,,,0][br0=02:00:5e:00:00:02,,,0]"},
		{"BRIDGES='=02:00:5e:00:00:01 : :02:00:5e:00:00:02'",
	         "[=02:00:5e:00:00:01,,,0][=,,,0][=02:00:5e:00:00:02,,,0]"},
		{"BRIDGES=(br0 '' br1)", "[br0,,,0][=,,,0][br1,,,0]"},
		{"BRIDGES=('')", "[=,,,0]"},
		{"BRIDGES=('' '')", "[=,,,0][=,,,0]"},
		{"BRIDGES=()", ""},
		{"BRIDGES='  '", ""},
		{"ETH0_ADDRESS='10.0.0.2/24 fd00::2/64'\n"
	         "ETH1_GATEWAY=(10.1.0.1 fe80::1 10.9.9.9)\n"
	         "ETH1_ADDRESS=('10.1.0.2/24' fd01::2/64)\n"
	         "ETH0_MTU=1280\nETH1_MTU=65535\nBRIDGES='br0 br1'",
	         "[br0,10.0.0.2/24 fd00::2/64,,1280]"
	         "[br1,10.1.0.2/24 fd01::2/64,10.1.0.1 fe80::1 10.9.9.9,"
	         "65535]"},
		{"BRIDGES== ETH0_MTU=68 ETH0_ADDRESS=10.0.0.0/31 "
	         "ETH0_GATEWAY=10.0.0.1",
	         "[=,10.0.0.0/31,10.0.0.1,68]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		AUTO(declaration) struct declaration d = {0};

		assert_declares(&d, good[i].text);
		assert_cables(&d.cables, good[i].wanted);
	}
}

static void reads_names(void **state)
{
	AUTO(declaration) struct declaration d = {0};
	AUTO(declaration) struct declaration other = {0};

	(void)state;
	assert_declares(&d, "NETWORK=host\n"
	                    "DNS='10.0.0.1 search=a.example fd00::1\n"
	                    "search=b_c-d. 127.0.0.53'\n"
	                    "HOSTS=' 10.0.0.3\t db  db.example\n\n"
	                    " \nfd00::3 db\n'");
	assert_words(&d.dns, "[10.0.0.1][search=a.example][fd00::1]"
	                     "[search=b_c-d.][127.0.0.53]");
	assert_words(&d.hosts, "[10.0.0.3 db db.example][fd00::3 db]");
	assert_declares(&other, "DNS=(host)\n"
	                        "HOSTS=('0.0.0.0 a ' '' '1.2.3.4 b\n::1 c')");
	assert_words(&other.dns, "[host]");
	assert_words(&other.hosts, "[0.0.0.0 a][1.2.3.4 b][::1 c]");
}

static void assert_refuses_all(const char *const (*bad)[2], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		AUTO(buf) struct buf text = {0};
		AUTO(buf) struct buf wanted = {0};

		buf_printf(&text, "BRIDGES='br0 br1'\n%s\n", bad[i][0]);
		buf_printf(&wanted, "config:2: %s", bad[i][1]);
		assert_refuses(buf_text(&text), buf_text(&wanted));
	}
}

static void says_what_a_cable_needs(void **state)
{
	static const char *const bad[][2] = {
		{"BRIDGES='br0=02:00:5e:00:00:01 br1:02:00:5E:00:00:01'",
	         "BRIDGES is \"br1:02:00:5E:00:00:01\", but cable 0 has that "
	         "MAC already"},
		{"BRIDGES=br0=",
	         "BRIDGES is \"br0=\", a MAC of six bytes in hex is needed, "
	         "as 02:00:5e:10:00:01"},
		{"BRIDGES='br0 =03:00:5e:00:00:01'",
	         "BRIDGES is \"=03:00:5e:00:00:01\", the MAC of an interface "
	         "is needed, neither zero nor multicast (an odd first byte)"},
		{"BRIDGES=('br0 br1')",
	         "BRIDGES is \"br0 br1\", a bridge's name has no blanks, no "
	         "control characters and no /"},
		{"BRIDGES=a234567890123456",
	         "BRIDGES is \"a234567890123456\", a bridge's name has at "
	         "most 15 bytes"},
		{"BRIDGES=..",
	         "BRIDGES is \"..\", a bridge cannot be called . or .."},
		{"BRIDGES='br0 =' NETWORK=host",
	         "BRIDGES is \"br0 =\", but NETWORK is \"host\"; "
	         "NETWORK=private is needed for cables"},
		{"ETH2_ADDRESS=10.0.0.2/24",
	         "ETH2_ADDRESS is for a cable 2, but BRIDGES has 2 cables, "
	         "0 to 1"},
		{"BRIDGES=br0 ETH1_MTU=1500",
	         "ETH1_MTU is for a cable 1, but BRIDGES has only cable 0"},
		{"BRIDGES= ETH0_GATEWAY=10.0.0.1",
	         "ETH0_GATEWAY is for a cable 0, but BRIDGES has none"},
		{"ETH01_MTU=1500", "ETH01_MTU is for no cable: their numbers "
	                           "are 0 to 255, without leading zeros"},
		{"ETH00_MTU=1500", "ETH00_MTU is for no cable: their numbers "
	                           "are 0 to 255, without leading zeros"},
		{"ETH256_MTU=1500", "ETH256_MTU is for no cable: their numbers "
	                            "are 0 to 255, without leading zeros"},
		{"ETH18446744073709551616_MTU=1500",
	         "ETH18446744073709551616_MTU is for no cable: their numbers "
	         "are 0 to 255, without leading zeros"},
		{"ETH255_MTU=1500",
	         "ETH255_MTU is for a cable 255, but BRIDGES has 2 cables, "
	         "0 to 1"},
		{"ETH0_MTU=67",
	         "ETH0_MTU is \"67\", a number from 68 to 65535 is needed"},
		{"ETH0_MTU=65536", "ETH0_MTU is \"65536\", a number from 68 to "
	                           "65535 is needed"},
		{"ETH0_MTU=(1500)",
	         "ETH0_MTU is an array, one value is allowed"},
		{"ETH0_MTU=1279 ETH0_ADDRESS='10.0.0.2/8 fd00::2/64'",
	         "ETH0_MTU is \"1279\", but ETH0_ADDRESS has an IPv6 "
	         "address, which needs 1280 at least"},
	};

	(void)state;
	assert_refuses_all(bad, sizeof(bad) / sizeof(*bad));
}

/* All that an address can have wrong: test_address. */
static void says_what_an_address_needs(void **state)
{
	static const char *const bad[][2] = {
		{"ETH0_ADDRESS='10.0.0.2/24 10.0.0.3'",
	         "ETH0_ADDRESS is \"10.0.0.3\", ADDRESS/LEN is needed, as "
	         "10.0.0.2/24 or fd00::2/64"},
		{"ETH1_ADDRESS=10.0.0.255/24",
	         "ETH1_ADDRESS is \"10.0.0.255/24\", a host's address is "
	         "needed, this is the network's broadcast address"},
		{"ETH0_ADDRESS=(10.0.0.2/24 '')",
	         "ETH0_ADDRESS is \"\", ADDRESS/LEN is needed, as "
	         "10.0.0.2/24 or fd00::2/64"},
		{"ETH0_ADDRESS='10.0.0.2/24 10.0.0.2/16'",
	         "ETH0_ADDRESS is \"10.0.0.2/16\", which is given twice"},
		{"ETH1_ADDRESS=fd00:0::2/64 ETH0_ADDRESS=fd00::2/48",
	         "ETH1_ADDRESS is \"fd00::2/64\", but ETH0_ADDRESS has that "
	         "address already"},
		{"ETH1_ADDRESS=10.0.0.2/32 ETH0_ADDRESS='10.0.0.3/8 "
	         "10.0.0.2/8'",
	         "ETH1_ADDRESS is \"10.0.0.2/32\", but ETH0_ADDRESS has that "
	         "address already"},
		{"ETH0_GATEWAY=10.0.0.1/24 ETH0_ADDRESS=10.0.0.2/24",
	         "ETH0_GATEWAY is \"10.0.0.1/24\", an IP address is needed, "
	         "as 10.0.0.1 or fd00::1"},
		{"ETH0_GATEWAY=0.0.0.0",
	         "ETH0_GATEWAY is \"0.0.0.0\", the unspecified address is "
	         "not allowed"},
		{"ETH0_GATEWAY=::1", "ETH0_GATEWAY is \"::1\", a loopback "
	                             "address is not allowed"},
		{"ETH0_GATEWAY=ff02::2", "ETH0_GATEWAY is \"ff02::2\", a "
	                                 "multicast address is not allowed"},
		{"ETH0_GATEWAY=10.0.0.1",
	         "ETH0_GATEWAY is \"10.0.0.1\", but ETH0_ADDRESS has no IPv4 "
	         "address"},
		{"ETH1_GATEWAY=fe80::1 ETH1_ADDRESS=10.0.0.2/24",
	         "ETH1_GATEWAY is \"fe80::1\", but ETH1_ADDRESS has no IPv6 "
	         "address"},
		{"ETH1_GATEWAY='10.0.0.1 10.0.0.2' ETH1_ADDRESS=10.0.0.2/24",
	         "ETH1_GATEWAY is \"10.0.0.2\", which is the sub host's own "
	         "address"},
		{"ETH1_GATEWAY='10.0.0.1 10.0.0.1' ETH1_ADDRESS=10.0.0.2/24",
	         "ETH1_GATEWAY is \"10.0.0.1\", which is given twice"},
	};

	(void)state;
	assert_refuses_all(bad, sizeof(bad) / sizeof(*bad));
}

static void says_what_names_need(void **state)
{
	static const char *const bad[][2] = {
		{"DNS='10.0.0.1 host'",
	         "DNS is \"host\", which has to stand alone: the host's "
	         "resolv.conf is taken as it is"},
		{"DNS='host host'",
	         "DNS is \"host\", which has to stand alone: the host's "
	         "resolv.conf is taken as it is"},
		{"DNS=dns.example",
	         "DNS is \"dns.example\", an IP address, search=DOMAIN or "
	         "the word host is needed"},
		{"DNS=search=",
	         "DNS is \"search=\", an IP address, search=DOMAIN or the "
	         "word host is needed"},
		{"DNS='search=a/b'",
	         "DNS is \"search=a/b\", an IP address, search=DOMAIN or "
	         "the word host is needed"},
		{"DNS='1.1.1.1 1.1.1.2 ::3 ::4'",
	         "DNS has 4 servers, at most 3 are allowed"},
		{"DNS='search=a search=b search=c search=d search=e search=f "
	         "1.1.1.1 search=g'",
	         "DNS has 7 search domains, at most 6 are allowed"},
		{"HOSTS='10.0.0.3 db\n10.0.0.4\t'",
	         "HOSTS is \"10.0.0.4\\x09\", ADDRESS NAME [NAME…] is "
	         "needed, as 10.0.0.3 db"},
		{"HOSTS=('db 10.0.0.3')",
	         "HOSTS is \"db 10.0.0.3\", ADDRESS NAME [NAME…] is needed, "
	         "as 10.0.0.3 db"},
		{"HOSTS='10.0.0.3 db #primary'",
	         "HOSTS is \"#primary\", a host's name of letters, digits, "
	         "'-', '.' and '_' is needed, 253 at most"},
	};

	(void)state;
	assert_refuses_all(bad, sizeof(bad) / sizeof(*bad));
}

/* n times what, into text. */
static void repeat(struct buf *text, const char *what, int n)
{
	for (int i = 0; i < n; i++)
		buf_puts(text, what);
}

static void bounds_cables_and_names(void **state)
{
	AUTO(declaration) struct declaration d = {0};
	AUTO(buf) struct buf many = {0};
	AUTO(buf) struct buf thousand = {0};
	AUTO(buf) struct buf name = {0};

	(void)state;
	buf_puts(&many, "ETH255_MTU=1400\nBRIDGES='");
	repeat(&many, "b ", 256);
	buf_puts(&many, "'\nHOSTS='::1 ");
	repeat(&many, "b", 253);
	buf_puts(&many, "'\nDNS=search=");
	repeat(&many, "b", 253);
	assert_declares(&d, buf_text(&many));
	assert_int_equal(d.cables.n, 256);
	assert_int_equal(d.cables.v[255].mtu, 1400);
	buf_puts(&thousand, "BRIDGES='");
	repeat(&thousand, "= ", 1000);
	buf_putc(&thousand, '\'');
	assert_refuses(buf_text(&thousand), "config:1: BRIDGES has 1000 "
	                                    "cables, at most 256 are allowed");
	buf_puts(&name, "HOSTS='::1 ");
	repeat(&name, "b", 254);
	buf_putc(&name, '\'');
	assert_refuses(
		buf_text(&name),
		"config:1: HOSTS is \"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
		"bbbbbbbbbbbbbbbbbbbbbbbb…\", a host's name of letters, "
		"digits, '-', '.' and '_' is needed, 253 at most");
}

static void reads_services(void **state)
{
	AUTO(declaration) struct declaration d = {0};
	AUTO(declaration) struct declaration usual = {0};

	(void)state;
	assert_declares(&usual, "RESTART= AFTER=()");
	assert_false(usual.autostart || usual.notify || usual.after.n);
	assert_int_equal(usual.restart, RESTART_NO);
	assert_int_equal(usual.restart_delay, 1);
	assert_true(usual.log_max == 16777216);
	assert_declares(&d,
	                "AUTOSTART=yes RESTART=on-failure RESTART_DELAY=0\n"
	                "NOTIFY=yes LOG_MAX=64K\n"
	                "AFTER='db web.1 cast:db:/var/run/db cast:host:/x'");
	assert_true(d.autostart && d.notify);
	assert_int_equal(d.restart, RESTART_ON_FAILURE);
	assert_int_equal(d.restart_delay, 0);
	assert_true(d.log_max == 65536);
	assert_words(&d.after, "[db][web.1][cast:db:/var/run/db]"
	                       "[cast:host:/x]");
}

static void refuses_bad_services(void **state)
{
	static const char *const names[] = {
		"-x",       "host",      "a/b",      "cast:",       "cast:db",
		"cast:db:", "cast:db:x", "cast::/x", "cast:none:/", "casts:/x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		AUTO(buf) struct buf text = {0}, wanted = {0};

		buf_printf(&text, "AFTER=(db '%s')", names[i]);
		buf_printf(&wanted,
		           "config:1: AFTER is \"%s\", the name of a sub "
		           "host, or cast:PEER:/PATH, is needed",
		           names[i]);
		assert_refuses(buf_text(&text), buf_text(&wanted));
	}
	assert_refuses("RESTART=yes", "config:1: RESTART is \"yes\", no, "
	                              "on-failure or always is needed");
	assert_refuses("RESTART=(no always)",
	               "config:1: RESTART is an array, one value is allowed");
	assert_refuses("RESTART_DELAY=1s",
	               "config:1: RESTART_DELAY is \"1s\", a number from 0 to "
	               "86400 is needed");
	assert_refuses("\nNOTIFY=true",
	               "config:2: NOTIFY is \"true\", no or yes is needed");
	assert_refuses("LOG_MAX=65535",
	               "config:1: LOG_MAX is \"65535\", a number of bytes is "
	               "needed, 64K or more, as 512M or 2G");
}

static void warns_of_slips(void **state)
{
	AUTO(declaration) struct declaration d = {0};
	AUTO(buf) struct buf warnings = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(declare(&d,
	                         "INTI=/x\nMEMORYMAX=1G ETH0_ADRESS=1\n"
	                         "inti=1 FOO=2 ETH0_MTU= Hostname=x\n"
	                         "ENVIROMENT=(x)\n"
	                         "ETH12_GATEWY=x ETH_MTU=1 ETHO_ADDRESS=1 "
	                         "ETH3_ADDR=x BRIDGE=br0\n"
	                         "ETH0_MAC=x ETH0_NAME=x ETHERNET_MTU=1 "
	                         "ETH=1 ETH0_=1 ETH0ADDRESS=1 eth0_mtu=1 "
	                         "IETH0_MTU=1",
	                         &warnings, &err),
	                 0);
	assert_string_equal(
		buf_text(&warnings),
		"config:1: INTI is not a variable of subhost, "
		"did you mean INIT?\n"
		"config:2: MEMORYMAX is not a variable of subhost, "
		"did you mean MEMORY_MAX?\n"
		"config:2: ETH0_ADRESS is not a variable of subhost, "
		"did you mean ETH0_ADDRESS?\n"
		"config:4: ENVIROMENT is not a variable of subhost, "
		"did you mean ENVIRONMENT?\n"
		"config:5: ETH12_GATEWY is not a variable of subhost, "
		"did you mean ETH12_GATEWAY?\n"
		"config:5: ETH_MTU is not a variable of subhost, "
		"did you mean ETH0_MTU?\n"
		"config:5: ETHO_ADDRESS is not a variable of subhost, "
		"did you mean ETH0_ADDRESS?\n"
		"config:5: ETH3_ADDR is not a variable of subhost, "
		"did you mean ETH3_ADDRESS?\n"
		"config:5: BRIDGE is not a variable of subhost, "
		"did you mean BRIDGES?\n");
}

static void names_no_line_after_bash(void **state)
{
	static const char printed[] = "INTI\0-\0x\0MOUNTS\0-\0maybe\0";
	AUTO(config) struct config c = {0};
	AUTO(declaration) struct declaration d = {0};
	AUTO(buf) struct buf warnings = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(
		config_parse_printed(&c, printed, sizeof(printed) - 1, &err),
		0);
	assert_int_equal(declaration_read(&d, &c, "config", &warnings, &err),
	                 -EINVAL);
	assert_string_equal(err.text, "config: MOUNTS is \"maybe\", no or yes "
	                              "is needed");
	c.n = 1;
	assert_int_equal(declaration_read(&d, &c, "config", &warnings, &err),
	                 0);
	assert_string_equal(buf_text(&warnings),
	                    "config: INTI is not a variable of subhost, "
	                    "did you mean INIT?\n");
	c.n = 2;
}

static void add_row(void *arg, const char *name, const char *value, int line)
{
	buf_printf(arg, "%s=%s@%d\n", name, value, line);
}

static void shows_what_is_effective(void **state)
{
	static const char text[] =
		"BASE=(/a '/b c')\nPRIVATE_USERS=isolated\nNETWORK=host\n"
		"ENVIRONMENT=('A=\\\"' B=)\n\nREAPER=yes\nUSER=joe\n"
		"STOPSIGNAL=RTMAX-1 STOP_TIMEOUT=7\nTMPFS=\n";
	AUTO(config) struct config c = {0};
	AUTO(declaration) struct declaration d = {0};
	AUTO(buf) struct buf shown = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(config_parse(&c, text, strlen(text), "x", &err), 0);
	c.v[1].line = 0;
	assert_int_equal(declaration_read(&d, &c, "x", &shown, &err), 0);
	declaration_each(&d, &c, add_row, &shown);
	assert_string_equal(buf_text(&shown),
	                    "BASE=/a \"/b c\"@1\n"
	                    "BASE_HIDE=@0\n"
	                    "IMAGE_PARTITION=0@0\n"
	                    "PRIVATE_USERS=isolated@-1\n"
	                    "MOUNTS=no@0\n"
	                    "NETWORK=host@3\n"
	                    "BRIDGES=@0\n"
	                    "DNS=@0\n"
	                    "HOSTS=@0\n"
	                    "INIT=@0\n"
	                    "REAPER=yes@6\n"
	                    "DEVICES=@0\n"
	                    "MEMORY_MAX=@0\n"
	                    "MEMORY_HIGH=@0\n"
	                    "CPU_MAX=@0\n"
	                    "CPU_WEIGHT=@0\n"
	                    "IO_WEIGHT=@0\n"
	                    "PIDS_MAX=4096@0\n"
	                    "CAPS=@0\n"
	                    "SECCOMP=default@0\n"
	                    "NO_NEW_PRIVS=no@0\n"
	                    "HOSTNAME=@0\n"
	                    "ENVIRONMENT=\"A=\\\\\\\"\" B=@4\n"
	                    "WORKDIR=@0\n"
	                    "USER=joe@7\n"
	                    "TMPFS=/run@0\n"
	                    "STOPSIGNAL=SIGRTMIN+29@8\n"
	                    "STOP_TIMEOUT=7@8\n"
	                    "PRE_START=@0\n"
	                    "POST_STOP=@0\nAUTOSTART=no@0\nAFTER=@0\n"
	                    "RESTART=no@0\nRESTART_DELAY=1@0\n"
	                    "NOTIFY=no@0\nSTART_TIMEOUT=90@0\n"
	                    "LOG_MAX=16M@0\n");
}

static void shows_rows_of_cables(void **state)
{
	static const char text[] =
		"BRIDGES=('' br0:02:00:5E:00:00:01)\n"
		"ETH1_GATEWAY=10.0.0.1\nETH1_ADDRESS='10.0.0.2/32'\n"
		"ETH0_ADDRESS=('FD00::2/64' 10.0.1.2/31) ETH0_MTU=01280\n"
		"ETH1_MTU=\nDNS='1.1.1.1 search=x'\n"
		"HOSTS='::1   a\n::2 b'\n";
	static const char wanted[] = "BRIDGES== br0=02:00:5e:00:00:01@1\n"
				     "ETH0_ADDRESS=fd00::2/64 10.0.1.2/31@4\n"
				     "ETH0_MTU=1280@-1\n"
				     "ETH1_ADDRESS=10.0.0.2/32@3\n"
				     "ETH1_GATEWAY=10.0.0.1@2\n"
				     "DNS=1.1.1.1 search=x@6\n"
				     "HOSTS=\"::1 a\" \"::2 b\"@7\n"
				     "INIT=";
	AUTO(config) struct config c = {0};
	AUTO(declaration) struct declaration d = {0};
	AUTO(buf) struct buf shown = {0};
	struct err err = {0};
	char *at;

	(void)state;
	assert_int_equal(config_parse(&c, text, strlen(text), "x", &err), 0);
	c.v[4].line = 0;
	assert_int_equal(declaration_read(&d, &c, "x", &shown, &err), 0);
	declaration_each(&d, &c, add_row, &shown);
	at = strstr(shown.data, "BRIDGES=");
	assert_non_null(at);
	assert_memory_equal(at, wanted, strlen(wanted));
}

static void knows_signals(void **state)
{
	const struct {
		const char *text;
		int number;
	} signals[] = {
		{"TERM", SIGTERM}, {"SIGTERM", SIGTERM}, {"sigterm", SIGTERM},
		{"9", 9},          {"64", 64},           {"RTMIN", 34},
		{"RTMIN+0", 34},   {"sigrtmin+3", 37},   {"RTMAX", 64},
		{"RTMAX-30", 34},  {"POLL", SIGPOLL},    {"0", 0},
		{"65", 0},         {"RTMIN+31", 0},      {"RTMAX-31", 0},
		{"RTMIN+", 0},     {"RTMIN+x", 0},       {"RTMIN-1", 0},
		{"", 0},           {"SIG", 0},           {"-1", 0},
		{"SIGSIGHUP", 0},  {"HUP ", 0},          {"015", 0},
	};
	AUTO(buf) struct buf shown = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		assert_int_equal(signal_number(signals[i].text),
		                 signals[i].number);
	signal_print(&shown, SIGTERM);
	buf_putc(&shown, ' ');
	signal_print(&shown, 37);
	buf_putc(&shown, ' ');
	signal_print(&shown, 33);
	assert_string_equal(buf_text(&shown), "SIGTERM SIGRTMIN+3 33");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_defaults),
		cmocka_unit_test(reads_everything),
		cmocka_unit_test(takes_arrays_as_they_are),
		cmocka_unit_test(reads_seccomp),
		cmocka_unit_test(says_what_is_allowed),
		cmocka_unit_test(refuses_long_things),
		cmocka_unit_test(reads_cables),
		cmocka_unit_test(reads_names),
		cmocka_unit_test(says_what_a_cable_needs),
		cmocka_unit_test(says_what_an_address_needs),
		cmocka_unit_test(says_what_names_need),
		cmocka_unit_test(bounds_cables_and_names),
		cmocka_unit_test(reads_services),
		cmocka_unit_test(refuses_bad_services),
		cmocka_unit_test(warns_of_slips),
		cmocka_unit_test(names_no_line_after_bash),
		cmocka_unit_test(shows_what_is_effective),
		cmocka_unit_test(shows_rows_of_cables),
		cmocka_unit_test(knows_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
