/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "cast/casts.h"
#include "cast/ini.h"
#include "cast/policy.h"

static const char sample[] = "[104]\n"
			     "_accepted = None\n"
			     "/var/tmp = 103:/var/tmp,105:/_external/var/tmp\n"
			     "[103]\n"
			     "_accepted = 104:/var/tmp\n"
			     "_blocked = None\n"
			     "_offered = 105:/etc/1337\n"
			     "[105]\n"
			     "_blocked = All\n"
			     "[published]\n"
			     "104 = /tmp/portage, /etc/skel,/home/magicaluser\n"
			     "host = /usr/portage(ro),/tmp/portage(ro)\n";

static void parse(const char *text, struct casts *c)
{
	struct err err = {0};

	if (ini_parse(text, strlen(text), "casts.ini", c, &err) < 0)
		fail_msg("%s", err.text);
}

/* All that c says, a line each: offers, acceptances, blocks. */
static void print(const struct casts *c, struct buf *b)
{
	for (size_t i = 0; i < c->n_offers; i++) {
		const struct offer *o = &c->offers[i];

		buf_printf(b, "offer %s:%s %s:%s %u\n", o->giver, o->path,
		           o->receiver ? o->receiver : "*",
		           o->target ? o->target : "*", o->mode);
	}
	for (size_t i = 0; i < c->n_acceptances; i++) {
		const struct acceptance *a = &c->acceptances[i];

		buf_printf(b, "accept %s:%s %s:%s %u\n", a->giver, a->path,
		           a->receiver, a->target, a->mode);
	}
	for (size_t i = 0; i < c->n_blocks; i++)
		buf_printf(b, "block %s %s:%s\n", c->blocks[i].receiver,
		           c->blocks[i].peer ? c->blocks[i].peer : "*",
		           c->blocks[i].path ? c->blocks[i].path : "*");
}

static void assert_says(const char *text, const char *wanted)
{
	AUTO(casts) struct casts c = {0};
	AUTO(buf) struct buf b = {0};

	parse(text, &c);
	print(&c, &b);
	assert_string_equal(buf_text(&b), wanted);
}

static void assert_refuses_bytes(const char *text, size_t len, const char *says)
{
	struct casts c = {0};
	struct err err = {0};

	assert_int_equal(ini_parse(text, len, "casts.ini", &c, &err), -EINVAL);
	assert_string_equal(err.text, says);
	assert_null(c.offers);
	assert_null(c.acceptances);
	assert_null(c.blocks);
}

static void assert_refuses(const char *text, const char *says)
{
	assert_refuses_bytes(text, strlen(text), says);
}

/* text, made to say what now says, is wanted; and again the same. */
static void assert_rewrites(const char *text, const struct casts *now,
                            const char *wanted)
{
	AUTO(buf) struct buf b = {0}, again = {0};

	ini_rewrite(text, strlen(text), now, &b);
	assert_string_equal(buf_text(&b), wanted);
	ini_rewrite(b.data, b.len, now, &again);
	assert_string_equal(buf_text(&again), wanted);
}

/* text, made to say what now says as casts.ini, is wanted. */
static void assert_becomes(const char *text, const char *now,
                           const char *wanted)
{
	AUTO(casts) struct casts c = {0};

	parse(now, &c);
	assert_rewrites(text, &c, wanted);
}

static void assert_stays(const char *text)
{
	assert_becomes(text, text, text);
}

/* --- the sample --- */

static void reads_the_sample(void **state)
{
	(void)state;
	assert_says(sample, "offer 104:/var/tmp 103:/var/tmp 0\n"
	                    "offer 104:/var/tmp 105:/_external/var/tmp 0\n"
	                    "offer 104:/tmp/portage *:* 0\n"
	                    "offer 104:/etc/skel *:* 0\n"
	                    "offer 104:/home/magicaluser *:* 0\n"
	                    "offer host:/usr/portage *:* 1\n"
	                    "offer host:/tmp/portage *:* 1\n"
	                    "offer 105:/etc/1337 103:/etc/1337 0\n"
	                    "accept 104:/var/tmp 103:/var/tmp 0\n"
	                    "block 105 *:*\n");
}

static void sample_means_what_it_means(void **state)
{
	AUTO(casts) struct casts c = {0};
	struct judgement j;
	unsigned mode = 9;

	(void)state;
	parse(sample, &c);
	assert_int_equal(c.n_acceptances, 1);
	assert_true(policy_allows(&c, &c.acceptances[0], &mode));
	assert_int_equal(mode, 0);
	assert_ptr_equal(casts_on(&c, "103", "/var/tmp"), &c.acceptances[0]);
	policy_judge(&c, &c.acceptances[0], &j);
	assert_ptr_equal(j.grant, &c.offers[0]);
	for (size_t i = 0; i < c.n_offers; i++)
		assert_non_null(policy_blocked(&c, "105", c.offers[i].giver,
		                               c.offers[i].path));
	assert_null(policy_blocked(&c, "103", "105", "/etc/1337"));
}

static void sample_gains_the_givers_key(void **state)
{
	AUTO(casts) struct casts c = {0};
	static const char wanted[] =
		"[104]\n"
		"_accepted = None\n"
		"/var/tmp = 103:/var/tmp,105:/_external/var/tmp\n"
		"[103]\n"
		"_accepted = 104:/var/tmp\n"
		"_blocked = None\n"
		"_offered = 105:/etc/1337\n"
		"[105]\n"
		"_blocked = All\n"
		"/etc/1337 = 103:/etc/1337\n"
		"[published]\n"
		"104 = /tmp/portage, /etc/skel,/home/magicaluser\n"
		"host = /usr/portage(ro),/tmp/portage(ro)\n";

	(void)state;
	parse(sample, &c);
	assert_rewrites(sample, &c, wanted);
}

/* --- reading --- */

static void nothing_says_nothing(void **state)
{
	(void)state;
	assert_says("", "");
	assert_says("\n \n\t\n# [104\n ; x\n  #\n", "");
	assert_says("[104]\n[host]\n[published]", "");
	assert_says("[104]\n_accepted=\n_blocked = none\n_offered = NONE\n"
	            "/x=None\n[published]\nhost=None",
	            "");
	assert_refuses_bytes("", 1,
	                     "casts.ini:1: there is a control byte, "
	                     "\\x00");
}

static void blanks_and_case_mean_nothing(void **state)
{
	(void)state;
	assert_says("\t[ 104 ] \n  /x\t=103:/y ,\t105:/z ( RO , noexec )\t\n"
	            " _ACCEPTED =HOST:/a  FROM\t/b(Ro)\n_Blocked= aLL",
	            "offer 104:/x 103:/y 0\noffer 104:/x 105:/z 3\n"
	            "accept host:/b 104:/a 1\nblock 104 *:*\n");
	assert_says("[HOST]\n/x=103:/y\n[PubLished]\nHost=/x(rw)",
	            "offer host:/x 103:/y 0\noffer host:/x *:* 0\n");
}

static void escapes_are_read(void **state)
{
	(void)state;
	assert_says("[104]\n/a%20b = 103:/c%2Cd(noexec)\n"
	            "_accepted = 103:/%3a from /%25",
	            "offer 104:/a b 103:/c,d 2\naccept 103:/% 104:/: 0\n");
}

static void blocks_are_read(void **state)
{
	(void)state;
	assert_says("[104]\n_blocked = All, 103, host, /tmp, 103:/a, HOST:/",
	            "block 104 *:*\nblock 104 103:*\nblock 104 host:*\n"
	            "block 104 *:/tmp\nblock 104 103:/a\nblock 104 host:/\n");
}

static void unknown_sections_are_nobodys(void **state)
{
	(void)state;
	assert_says("[my notes]\nanything (=\n[104]\n/x=103:/y\n[None]\n"
	            "_accepted = All\n[all]\n]\n[scripts]\nx\n[]\n=\n[-x]\ny",
	            "offer 104:/x 103:/y 0\n");
	assert_says("[my notes]\na\n[my notes]\na\n", "");
}

static void an_offered_item_is_an_offer(void **state)
{
	(void)state;
	assert_says("[104]\n_offered = 103:/x(ro), 105:/y from /z",
	            "offer 103:/x 104:/x 1\noffer 105:/z 104:/y 0\n");
	assert_says("[104]\n_offered=103:/x(ro)\n[103]\n/x=104:/x",
	            "offer 103:/x 104:/x 0\n");
	/* Nothing is added to what the giver says of a target. */
	assert_says("[104]\n_offered=103:/x\n[103]\n/y=104:/x(ro)",
	            "offer 103:/y 104:/x 1\n");
	assert_says("[104]\n_offered=103:/x from /x\n[103]\n/y=104:/x",
	            "offer 103:/y 104:/x 0\noffer 103:/x 104:/x 0\n");
	assert_says("[104]\n_offered=103:/x\n[105]\n/x=104:/x\n"
	            "[103]\n/x=105:/x",
	            "offer 105:/x 104:/x 0\noffer 103:/x 105:/x 0\n"
	            "offer 103:/x 104:/x 0\n");
	assert_says("[104]\n_offered=103:/x from /y, 103:/x",
	            "offer 103:/y 104:/x 0\noffer 103:/x 104:/x 0\n");
	assert_says("[104]\n_offered=103:/x\n[published]\n103=/x",
	            "offer 103:/x *:* 0\noffer 103:/x 104:/x 0\n");
}

/* --- refusing --- */

static void refuses_lines_that_are_none(void **state)
{
	(void)state;
	assert_refuses("/x = 103:/y", "casts.ini:1: it stands in no [SECTION]");
	assert_refuses("[104]\nx", "casts.ini:2: neither [SECTION] nor KEY = "
	                           "VALUE");
	assert_refuses("\n[104", "casts.ini:2: a section's line ends with ]");
	assert_refuses("[", "casts.ini:1: a section's line ends with ]");
	assert_refuses("[104] # x", "casts.ini:1: a section's line ends "
	                            "with ]");
	assert_refuses("[104]\n/x = 103:/y\r\n",
	               "casts.ini:2: there is a control byte, \\x0d");
	assert_refuses("[mine]\n\x7f", "casts.ini:2: there is a control byte, "
	                               "\\x7f");
	assert_refuses("# \x1b", "casts.ini:1: there is a control byte, \\x1b");
}

static void refuses_unknown_keys(void **state)
{
	(void)state;
	assert_refuses("[104]\n_accept = None",
	               "casts.ini:2: a peer's section has no such key: "
	               "\"_accept\"");
	assert_refuses("[104]\n103 = /x",
	               "casts.ini:2: a peer's section has no such key: "
	               "\"103\"");
	assert_refuses("[104]\n = /x",
	               "casts.ini:2: a peer's section has no such key: \"\"");
	assert_refuses("[published]\n_accepted = None",
	               "casts.ini:2: [published] has no such key: "
	               "\"_accepted\"");
	assert_refuses("[published]\n/x = 103:/x",
	               "casts.ini:2: [published] has no such key: \"/x\"");
	assert_refuses("[host]\n_accepted = None",
	               "casts.ini:2: the host receives no casts: "
	               "\"_accepted\"");
	assert_refuses("[Host]\n_blocked = None",
	               "casts.ini:2: the host receives no casts: "
	               "\"_blocked\"");
	assert_refuses("[HOST]\n_offered = None",
	               "casts.ini:2: the host receives no casts: "
	               "\"_offered\"");
}

static void refuses_what_is_there_twice(void **state)
{
	(void)state;
	assert_refuses("[104]\n[103]\n[104]\n",
	               "casts.ini:3: there is another section [104]");
	assert_refuses("[host]\n[HOST]",
	               "casts.ini:2: there is another section [host]");
	assert_refuses("[published]\n[Published]",
	               "casts.ini:2: there is another section [published]");
	assert_refuses("[104]\n_blocked=None\n\n_BLOCKED=All",
	               "casts.ini:4: line 2 has the same key");
	assert_refuses("[104]\n/a=None\n_offered=None\n/%61=103:/x",
	               "casts.ini:4: line 2 has the same key");
	assert_refuses("[published]\nhost=/a\nHOST=/b",
	               "casts.ini:3: line 2 has the same key");
	assert_refuses("[104]\n/a=103:/x,105:/x,103:/x(ro)",
	               "casts.ini:2: it is listed twice: \"103:/x(ro)\"");
	assert_refuses("[104]\n_accepted=103:/x,103:/x from /x",
	               "casts.ini:2: it is listed twice: \"103:/x\"");
	assert_refuses("[104]\n_blocked=all,All",
	               "casts.ini:2: it is listed twice: \"All\"");
	assert_refuses("[published]\nhost=/a,/%61(ro)",
	               "casts.ini:2: it is listed twice: \"/a(ro)\"");
	assert_says("[104]\n_accepted=None\n[103]\n_accepted=None", "");
}

static void refuses_bad_items(void **state)
{
	(void)state;
	assert_refuses("[104]\n_accepted = All",
	               "casts.ini:2: only _blocked can be for all: \"All\"");
	assert_refuses("[104]\n_offered = ALL",
	               "casts.ini:2: only _blocked can be for all: \"ALL\"");
	assert_refuses("[104]\n/x = All:/x",
	               "casts.ini:2: only _blocked can be for all: \"All\"");
	assert_refuses("[104]\n_blocked = All:/x",
	               "casts.ini:2: only _blocked can be for all: \"All\"");
	assert_refuses("[104]\n_blocked = None, 103",
	               "casts.ini:2: host, published, none, all and scripts "
	               "are reserved: \"None\"");
	assert_refuses("[104]\n/x = 103:/x,",
	               "casts.ini:2: an item is missing: \"\"");
	assert_refuses("[104]\n/x = ,103:/x",
	               "casts.ini:2: an item is missing: \"\"");
	assert_refuses("[104]\n/x = (ro)",
	               "casts.ini:2: an item is missing: \"\"");
	assert_refuses("[104]\n/x = 103",
	               "casts.ini:2: a peer's name is followed by :/PATH: "
	               "\"103\"");
	assert_refuses("[104]\n/x = HOST:/x",
	               "casts.ini:2: the host receives no casts: \"HOST\"");
	assert_refuses("[104]\n/x = -1:/x",
	               "casts.ini:2: a name starts with a letter or a digit: "
	               "\"-1\"");
	assert_refuses("[104]\n_blocked = 103(ro)",
	               "casts.ini:2: a block has no options: \"103(ro)\"");
	assert_refuses("[104]\n_blocked = 103(rw)",
	               "casts.ini:2: a block has no options: \"103(rw)\"");
	assert_refuses("[104]\n_accepted = 103:/x to /y",
	               "casts.ini:2: only \"from PATH\" can follow: \"to /y\"");
	assert_refuses("[104]\n_accepted = 103:/x from",
	               "casts.ini:2: only \"from PATH\" can follow: \"from\"");
	assert_refuses("[104]\n_accepted = 103:/x from/y",
	               "casts.ini:2: only \"from PATH\" can follow: "
	               "\"from/y\"");
	assert_refuses("[104]\n/x = 103:/y from /z",
	               "casts.ini:2: a path has blanks, controls, non-ASCII "
	               "and ,:()=#;% written as %XX: \"/y from /z\"");
	assert_refuses("[published]\n104 = 103:/x",
	               "casts.ini:2: a path has blanks, controls, non-ASCII "
	               "and ,:()=#;% written as %XX: \"103:/x\"");
	assert_refuses("[104]\n_accepted = 103:/x from /y z",
	               "casts.ini:2: a path has blanks, controls, non-ASCII "
	               "and ,:()=#;% written as %XX: \"/y z\"");
}

static void refuses_bad_paths(void **state)
{
	(void)state;
	assert_refuses("[104]\n/x/ = 103:/x",
	               "casts.ini:2: a path does not end with /: \"/x/\"");
	assert_refuses("[104]\n/%zz = 103:/x",
	               "casts.ini:2: a path has blanks, controls, non-ASCII "
	               "and ,:()=#;% written as %XX: \"/%zz\"");
	assert_refuses("[104]\n/x\xff = 103:/x",
	               "casts.ini:2: a path has blanks, controls, non-ASCII "
	               "and ,:()=#;% written as %XX: \"/x\\xff\"");
	assert_refuses("[104]\n/x = 103:/a/../b",
	               "casts.ini:2: a path has no . or .. in it: "
	               "\"/a/../b\"");
	assert_refuses("[104]\n/x = 103:",
	               "casts.ini:2: a path starts with /: \"\"");
	assert_refuses("[104]\n_accepted = 103:/x from //",
	               "casts.ini:2: a path has no //: \"//\"");
	assert_refuses("[104]\n_blocked = 103:x",
	               "casts.ini:2: a path starts with /: \"x\"");
	assert_refuses("[104]\n_blocked = /x/",
	               "casts.ini:2: a path does not end with /: \"/x/\"");
	assert_refuses("[104]\n_accepted = 103:/x # why",
	               "casts.ini:2: only \"from PATH\" can follow: \"# why\"");
	assert_refuses("[published]\n104 = x",
	               "casts.ini:2: a path starts with /: \"x\"");
}

static void refuses_bad_options(void **state)
{
	(void)state;
	assert_refuses("[104]\n/x = 103:/x(wo)",
	               "casts.ini:2: options are ro, rw and noexec: \"wo\"");
	assert_refuses("[104]\n/x = 103:/x()",
	               "casts.ini:2: options are ro, rw and noexec: \"\"");
	assert_refuses("[104]\n/x = 103:/x(ro,)",
	               "casts.ini:2: options are ro, rw and noexec: \"\"");
	assert_refuses("[104]\n/x = 103:/x(ro,rw)",
	               "casts.ini:2: it is either ro or rw: \"rw\"");
	assert_refuses("[104]\n/x = 103:/x(rw, ro)",
	               "casts.ini:2: it is either ro or rw: \"ro\"");
	assert_refuses("[104]\n/x = 103:/x(ro, 105:/y",
	               "casts.ini:2: options end with ): "
	               "\"103:/x(ro, 105:/y\"");
	assert_refuses("[104]\n/x = 103:/x(ro)(noexec)",
	               "casts.ini:2: options are ro, rw and noexec: "
	               "\"ro)(noexec\"");
	assert_refuses("[104]\n/x = 103:/x)",
	               "casts.ini:2: a path has blanks, controls, non-ASCII "
	               "and ,:()=#;% written as %XX: \"/x)\"");
}

static void refuses_a_line_too_long(void **state)
{
	AUTO(buf) struct buf b = {0};

	(void)state;
	buf_puts(&b, "\n#");
	while (b.len < 1 + (1 << 20))
		buf_putc(&b, 'x');
	assert_says(b.data, "");
	buf_putc(&b, 'x');
	assert_refuses(b.data, "casts.ini:2: the line has more than 1 MiB");
}

/* --- rewriting --- */

static void leaves_alone_what_says_it_already(void **state)
{
	(void)state;
	assert_stays("");
	assert_stays("# mine\n\n ; also\n");
	assert_stays("[104]\n  /a%41 =103:/x ,105:/y(rw)\n"
	             "#\n_Blocked=105 ,103:/%61\n\n"
	             "[103]\n_offered=104:/x from /aA\n"
	             "[105]\n_offered = 104:/y FROM /aA ( rw )");
	assert_stays("[x y]\n_accepted = All\n[104]\n_accepted=\n/x = none\n"
	             "[HOST]\n/y=None\n[Published]\nHOST = None\n103=");
	/* The order of what is listed counts in _accepted alone. */
	assert_becomes("[104]\n_blocked=105,103\n", "[104]\n_blocked=103,105",
	               "[104]\n_blocked=105,103\n");
	assert_becomes("[104]\n_accepted=103:/a,103:/b\n",
	               "[104]\n_accepted=103:/b,103:/a",
	               "[104]\n_accepted= 103:/b, 103:/a\n");
}

static void changes_a_line_in_place(void **state)
{
	(void)state;
	assert_becomes("# a\n[104]\n\n/x = 103:/x\n# b\n_blocked=All\n# c",
	               "[104]\n/x=103:/y(ro),105:/x\n_blocked=103,/tmp\n",
	               "# a\n[104]\n\n/x = 103:/y(ro), 105:/x\n# b\n"
	               "_blocked= 103, /tmp\n# c\n"
	               "[103]\n_offered = 104:/y from /x(ro)\n"
	               "[105]\n_offered = 104:/x\n");
	assert_becomes("[104]\n_blocked =\t103", "[104]\n_blocked=105",
	               "[104]\n_blocked = 105");
	assert_becomes("[published]\nhost=/a\n", "[published]\nhost=/a(ro)",
	               "[published]\nhost= /a(ro)\n");
	assert_becomes("[104]\n_accepted = 103:/a\n",
	               "[104]\n_accepted=103:/a(ro,noexec)",
	               "[104]\n_accepted = 103:/a(ro,noexec)\n");
}

static void removes_what_has_nothing_left(void **state)
{
	(void)state;
	assert_becomes("[104]\n_accepted = 103:/a\n/x=103:/x\n_blocked=All\n"
	               "# end\n[103]\n_offered=104:/x\n"
	               "[published]\nhost=/a\n104=/b\n",
	               "",
	               "[104]\n_accepted = None\n_blocked= None\n"
	               "# end\n[103]\n_offered= None\n"
	               "[published]\n");
	assert_becomes("[104]\n# a\n/x=103:/x", "", "[104]\n# a\n");
}

static void adds_after_the_last_entry(void **state)
{
	(void)state;
	assert_becomes("[104]\n# a\n/x=103:/x\n\n# b\n\n[103]\n",
	               "[104]\n_accepted=103:/n\n/x=103:/x\n/y=103:/y\n"
	               "_blocked=105\n[103]\n_accepted=104:/x,104:/y",
	               "[104]\n# a\n/x=103:/x\n_accepted = 103:/n\n"
	               "_blocked = 105\n/y = 103:/y\n\n# b\n\n"
	               "[103]\n_accepted = 104:/x, 104:/y\n");
	assert_becomes("[104]\n/x=103:/x\n[my notes]\n/z=103:/z\n[103]",
	               "[104]\n/x=103:/x(noexec)\n/y=103:/y",
	               "[104]\n/x= 103:/x(noexec)\n/y = 103:/y\n"
	               "[my notes]\n/z=103:/z\n"
	               "[103]\n_offered = 104:/x(noexec), 104:/y\n");
	assert_becomes("[104]\n# a", "[104]\n_blocked=All",
	               "[104]\n_blocked = All\n# a");
	assert_becomes("[104]", "[104]\n_blocked=All",
	               "[104]\n_blocked = All\n");
	assert_becomes("[104]\n/x = 103:/x", "[104]\n_blocked=All",
	               "[104]\n_blocked = All\n");
}

static void adds_sections_at_the_end(void **state)
{
	(void)state;
	assert_becomes("# mine", "[104]\n/x%2C=103:/y\n/z=103:/z\n/w=105:/w",
	               "# mine\n[104]\n/x%2C = 103:/y\n/z = 103:/z\n"
	               "/w = 105:/w\n"
	               "[103]\n_offered = 104:/y from /x%2C, 104:/z\n"
	               "[105]\n_offered = 104:/w\n");
	assert_becomes("[my notes]\nx", "[published]\nhost=/a(ro),/b\n104=/c",
	               "[my notes]\nx\n[published]\nhost = /a(ro), /b\n"
	               "104 = /c\n");
	assert_becomes("", "[104]\n_accepted=host:/x\n[103]\n_blocked=All",
	               "[104]\n_accepted = host:/x\n"
	               "[103]\n_blocked = All\n");
	assert_becomes("", "[103]\n_blocked=104\n[104]\n/x=103:/x",
	               "[104]\n/x = 103:/x\n[103]\n_blocked = 104\n");
}

static void derives_what_is_offered(void **state)
{
	static const char giver[] = "[104]\n/x = 103:/x\n/y = 103:/y\n";
	AUTO(buf) struct buf now = {0};

	(void)state;
	/* Accepted, on another target; and blocked. */
	buf_printf(&now, "%s[103]\n_accepted=104:/z from /x\n_blocked=/y",
	           giver);
	assert_becomes(giver, buf_text(&now),
	               "[104]\n/x = 103:/x\n/y = 103:/y\n"
	               "[103]\n_accepted = 104:/z from /x\n_blocked = /y\n");
	/* What is withdrawn is no more offered, nor comes back. */
	assert_becomes("[103]\n_offered = 104:/x, 104:/y\n", "[104]\n/y=103:/y",
	               "[103]\n_offered = 104:/y\n[104]\n/y = 103:/y\n");
	assert_becomes("[103]\n_offered = 104:/x\n", "[104]\n/y=103:/x",
	               "[103]\n_offered = 104:/x from /y\n"
	               "[104]\n/y = 103:/x\n");
	/* What is published is offered to nobody. */
	assert_becomes("", "[published]\n104=/x", "[published]\n104 = /x\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_sample),
		cmocka_unit_test(sample_means_what_it_means),
		cmocka_unit_test(sample_gains_the_givers_key),
		cmocka_unit_test(nothing_says_nothing),
		cmocka_unit_test(blanks_and_case_mean_nothing),
		cmocka_unit_test(escapes_are_read),
		cmocka_unit_test(blocks_are_read),
		cmocka_unit_test(unknown_sections_are_nobodys),
		cmocka_unit_test(an_offered_item_is_an_offer),
		cmocka_unit_test(refuses_lines_that_are_none),
		cmocka_unit_test(refuses_unknown_keys),
		cmocka_unit_test(refuses_what_is_there_twice),
		cmocka_unit_test(refuses_bad_items),
		cmocka_unit_test(refuses_bad_paths),
		cmocka_unit_test(refuses_bad_options),
		cmocka_unit_test(refuses_a_line_too_long),
		cmocka_unit_test(leaves_alone_what_says_it_already),
		cmocka_unit_test(changes_a_line_in_place),
		cmocka_unit_test(removes_what_has_nothing_left),
		cmocka_unit_test(adds_after_the_last_entry),
		cmocka_unit_test(adds_sections_at_the_end),
		cmocka_unit_test(derives_what_is_offered),
	};

	return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
