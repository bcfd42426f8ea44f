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
#include "base/words.h"
#include "cast/casts.h"
#include "cast/ini.h"
#include "cast/percent.h"
#include "cast/request.h"

/* "WHO VERB WORDS…": what WHO asks for; WHO! for the words of a shell. */
static int parse(const char *line, struct request *ret, struct err *err)
{
	AUTO(words) struct words words = {0};
	struct asked asked = {.is_encoded = true};
	char *bang;

	assert_int_equal(words_split(&words, line), 0);
	bang = strchr(words.v[0], '!');
	if (bang) {
		*bang = '\0';
		asked.is_encoded = false;
	}
	asked.actor = words.v[0];
	asked.verb = request_verb_named(words.v[1]);
	assert_int_not_equal(asked.verb, CAST_VERBS);
	asked.words = words.v + 2;
	asked.n = words.n - 2;
	return request_parse(&asked, ret, err);
}

static void print_words(char *const *words, struct buf *b)
{
	for (; words && *words; words++)
		buf_printf(b, " %s", *words);
}

/* PEER PATH TARGET MODE, and what is lifted. */
static void assert_parses(const char *line, const char *wanted)
{
	AUTO(request) struct request q = {0};
	AUTO(buf) struct buf b = {0};
	struct err err = {0};

	if (parse(line, &q, &err) < 0)
		fail_msg("%s: %s", line, err.text);
	buf_printf(&b, "%s %s %s %u", q.peer ? q.peer : "-",
	           q.path ? q.path : "-", q.target ? q.target : "-", q.mode);
	if (q.is_lift)
		buf_puts(&b, " lift");
	print_words(q.lifted, &b);
	assert_string_equal(buf_text(&b), wanted);
}

static void assert_refuses(const char *line, int code, const char *says)
{
	struct request q = {0};
	struct err err = {0};

	assert_int_equal(parse(line, &q, &err), code);
	assert_int_equal(err.code, code);
	assert_string_equal(err.text, says);
	assert_null(q.actor);
	assert_null(q.path);
}

static void assert_usage(const char *line, const char *says)
{
	assert_refuses(line, -ENOEXEC, says);
}

static void verbs_have_names(void **state)
{
	(void)state;
	for (enum cast_verb v = CAST_VERB_CAST; v < CAST_VERBS; v++) {
		assert_int_equal(request_verb_named(request_verb_name(v)), v);
		assert_true(*request_verb_usage(v));
	}
	assert_int_equal(request_verb_named("showcast"), CAST_VERBS);
	assert_int_equal(request_verb_named(""), CAST_VERBS);
}

static void reads_what_is_given(void **state)
{
	(void)state;
	assert_parses("104 cast /a 103", "103 /a - 0");
	assert_parses("104 cast --ro /a 103:/b", "103 /a /b 1");
	assert_parses("104 cast /a HOST", "host /a - 0");
	assert_parses("104 cast /a 103 --rw", "103 /a - 0");
	assert_parses("host cast /a 103", "103 /a - 1");
	assert_parses("host cast /a 103 --ro", "103 /a - 1");
	assert_parses("host cast /a 103 --rw", "103 /a - 0");
	assert_parses("104 ucast /a", "- /a - 0");
	assert_parses("104 ucast /a 103", "103 /a - 0");
	assert_parses("host ucast /a", "- /a - 0");
	assert_parses("host publish /a", "- /a - 1");
	assert_parses("host publish --rw /a", "- /a - 0");
	assert_parses("104 publish /a", "- /a - 0");
	assert_parses("104 publish /a --ro --ro", "- /a - 1");
	assert_parses("104 unpublish /a/", "- /a - 0");
}

static void reads_what_is_received(void **state)
{
	(void)state;
	assert_parses("104 caston", "- - - 0");
	assert_parses("104 caston host:/usr/portage", "host /usr/portage - 0");
	assert_parses("104 caston 103:/a /b --ro", "103 /a /b 1");
	assert_parses("104 caston 103:/", "103 / - 0");
	assert_parses("104 castoff", "- - - 0");
	assert_parses("104 castoff /a//", "- /a - 0");
	assert_parses("104 castoff 103:/a", "103 /a - 0");
	assert_parses("104 castblock", "- - - 0");
	assert_parses("104 castblock /a", "- /a - 0");
	assert_parses("104 castblock 103", "103 - - 0");
	assert_parses("104 castblock 103:/a", "103 /a - 0");
	assert_parses("104 castblock --lift", "- - - 0 lift");
	assert_parses("104 castblock --lift all /a%20b Host 103:/c/",
	              "- - - 0 lift All /a%20b host 103:/c");
}

static void guests_words_are_encoded(void **state)
{
	(void)state;
	assert_parses("104 cast /a%20b 103:/c%3Ad", "103 /a b /c:d 0");
	assert_parses("104! cast '/a b%20' 103:/c:d", "103 /a b%20 /c:d 0");
	assert_parses("104! caston 103:/a:b '/ü=1'", "103 /a:b /ü=1 0");
	assert_parses("104! castblock --lift '/a b' 103:/a:b",
	              "- - - 0 lift /a%20b 103:/a%3Ab");
	assert_refuses("104 cast /a:b 103", -EINVAL,
	               PERCENT_FAULT ": \"/a:b\"");
	assert_refuses("104 caston 103:/\xff", -EINVAL,
	               PERCENT_FAULT ": \"/\\xff\"");
}

static void refuses_wrong_words(void **state)
{
	static const char cast[] = "usage: cast DIR PEER[:TARGET] [--ro | "
				   "--rw]",
			  ucast[] = "usage: ucast DIR [PEER]",
			  caston[] = "usage: caston [PEER:PATH [TARGET] "
				     "[--ro]]",
			  castoff[] = "usage: castoff [PATH | PEER:PATH]",
			  castblock[] = "usage: castblock [PATH | PEER | "
					"PEER:PATH | --lift [WHAT...]]";

	(void)state;
	assert_usage("104 cast", cast);
	assert_usage("104 cast /a", cast);
	assert_usage("104 cast /a 103 104", cast);
	assert_usage("104 cast /a 103 --lift", cast);
	assert_usage("104 cast /a 103 --ro --rw", cast);
	assert_usage("104 cast /a 103 -x", cast);
	assert_usage("104 ucast", ucast);
	assert_usage("104 ucast /a 103 --ro", ucast);
	assert_usage("104 ucast /a 103 105", ucast);
	assert_usage("104 caston --ro", caston);
	assert_usage("104 caston 103", caston);
	assert_usage("104 caston /a", caston);
	assert_usage("104 caston 103:/a --rw", caston);
	assert_usage("104 caston 103:/a /b /c", caston);
	assert_usage("104 castoff 103", castoff);
	assert_usage("104 castoff /a /b", castoff);
	assert_usage("104 castblock 103 105", castblock);
	assert_usage("104 castblock --ro", castblock);
	assert_usage("104 publish", "usage: publish DIR [--ro | --rw]");
	assert_usage("104 unpublish /a 103", "usage: unpublish DIR");
}

static void refuses_bad_words(void **state)
{
	(void)state;
	assert_refuses("104 cast a 103", -EINVAL,
	               "a path starts with /: \"a\"");
	assert_refuses("104 cast /a/../b 103", -EINVAL,
	               "a path has no . or .. in it: \"/a/../b\"");
	assert_refuses("104 cast /a none", -EINVAL,
	               "host, published, none, all and scripts are reserved: "
	               "\"none\"");
	assert_refuses("104 cast /a 103:", -EINVAL,
	               "a path starts with /: \"\"");
	assert_refuses("104 ucast /a 103:/b", -EINVAL,
	               "a name is made of letters, digits, '_', '.' and '-': "
	               "\"103:/b\"");
	assert_refuses("104 castblock -a", -ENOEXEC,
	               "usage: castblock [PATH | PEER | PEER:PATH | --lift "
	               "[WHAT...]]");
	assert_refuses("104 castblock --lift 103 /a//b", -EINVAL,
	               "a path has no //: \"/a//b\"");
	assert_refuses("104 castblock scripts:/a", -EINVAL,
	               "host, published, none, all and scripts are reserved: "
	               "\"scripts\"");
	assert_refuses("104 caston 103:/a b", -EINVAL,
	               "a path starts with /: \"b\"");
	assert_refuses("host caston", -EINVAL,
	               "caston is for a sub host: the host receives no casts");
	assert_refuses("host castoff /a", -EINVAL,
	               "castoff is for a sub host: the host receives no casts");
	assert_refuses("host castblock", -EINVAL,
	               "castblock is for a sub host: the host receives no "
	               "casts");
}

/* --- what it makes of the casts --- */

/* What 1 gives is mounted. */
static bool is_from_one(void *arg, const struct acceptance *a)
{
	(void)arg;
	return !strcmp(a->giver, "1");
}

static int apply(struct casts *c, const char *line, struct effects *ret,
                 struct err *err)
{
	const struct activity now = {.is_active = is_from_one};
	AUTO(request) struct request q = {0};

	if (parse(line, &q, err) < 0)
		fail_msg("%s: %s", line, err->text);
	return request_apply(c, &q, &now, ret, err);
}

static void print_effects(const struct effects *e, struct buf *b)
{
	static const char *const kinds[] = {
		[EFFECT_OFFERED] = "offered",
		[EFFECT_WITHDRAWN] = "withdrawn",
		[EFFECT_ACCEPTED] = "accepted",
		[EFFECT_DROPPED] = "dropped",
		[EFFECT_BLOCKED] = "blocked",
		[EFFECT_LIFTED] = "lifted",
		[EFFECT_SKIPPED] = "skipped",
	};

	for (size_t i = 0; i < e->n; i++) {
		const struct effect *v = &e->v[i];

		buf_printf(b, "%s %s %s:%s %s", kinds[v->kind],
		           v->receiver ? v->receiver : "-",
		           v->giver ? v->giver : "-", v->path ? v->path : "-",
		           v->target ? v->target : "-");
		if (v->reason)
			buf_printf(b, " (%s)", v->reason);
		buf_putc(b, '\n');
	}
}

static void parse_casts(const char *text, struct casts *c)
{
	struct err err = {0};

	if (ini_parse(text, strlen(text), "casts.ini", c, &err) < 0)
		fail_msg("%s", err.text);
}

/* Does c say what text says? */
static void assert_says(const struct casts *c, const char *text)
{
	AUTO(casts) struct casts wanted = {0};
	AUTO(buf) struct buf a = {0}, b = {0};

	parse_casts(text, &wanted);
	ini_rewrite("", 0, c, &a);
	ini_rewrite("", 0, &wanted, &b);
	assert_string_equal(buf_text(&a), buf_text(&b));
}

static void assert_applies(const char *before, const char *line,
                           const char *effects, const char *after)
{
	AUTO(casts) struct casts c = {0};
	AUTO(effects) struct effects e = {0};
	AUTO(buf) struct buf b = {0};
	struct err err = {0};

	parse_casts(before, &c);
	if (apply(&c, line, &e, &err) < 0)
		fail_msg("%s: %s", line, err.text);
	print_effects(&e, &b);
	assert_string_equal(buf_text(&b), effects);
	assert_says(&c, after);
}

static void assert_fails(const char *before, const char *line, int code,
                         const char *says)
{
	AUTO(casts) struct casts c = {0};
	struct effects e = {0};
	struct err err = {0};

	parse_casts(before, &c);
	assert_int_equal(apply(&c, line, &e, &err), code);
	assert_string_equal(err.text, says);
	assert_int_equal(err.code, code);
	assert_null(e.v);
	assert_says(&c, before);
}

static void cast_offers(void **state)
{
	(void)state;
	assert_applies("", "1 cast /a 2", "offered 2 1:/a /a\n",
	               "[1]\n/a=2:/a");
	assert_applies("[1]\n/a=2:/a", "1 cast /a 2:/b --ro",
	               "offered 2 1:/a /b\n", "[1]\n/a=2:/a,2:/b(ro)");
	assert_applies("[1]\n/a=2:/a", "1 cast /a 2", "", "[1]\n/a=2:/a");
	assert_applies("[1]\n/a=2:/a(noexec)", "1 cast /a 2 --ro",
	               "offered 2 1:/a /a\n", "[1]\n/a=2:/a(ro)");
	assert_applies("", "host cast /dev/x 2:/a",
	               "offered 2 host:/dev/x /a\n", "[host]\n/dev/x=2:/a(ro)");
	/* The giver is not told of a block. */
	assert_applies("[2]\n_blocked=All", "1 cast /a 2",
	               "offered 2 1:/a /a\n",
	               "[1]\n/a=2:/a\n[2]\n_blocked=All");
}

static void cast_refuses(void **state)
{
	(void)state;
	assert_fails("", "1 cast /a host", -EINVAL,
	             "the host receives no casts");
	assert_fails("", "host cast /a HOST", -EINVAL,
	             "the host receives no casts");
	assert_fails("", "1 cast /a 1", -EINVAL, "1 cannot cast to itself");
	assert_fails("", "1 cast /proc/%20 2:/a", -EINVAL,
	             "no cast may come from /proc/%20");
	assert_fails("", "1 cast / 2:/a", -EINVAL, "no cast may come from /");
	assert_fails("", "host cast / 2:/a", -EINVAL,
	             "no cast may come from /");
	assert_fails("", "1 cast /a 2:/sys/a", -EINVAL,
	             "no cast may lie on /sys/a");
	assert_fails("", "host cast /dev/x 2", -EINVAL,
	             "no cast may lie on /dev/x");
}

static void publish_offers_to_all(void **state)
{
	(void)state;
	assert_applies("", "1 publish /a", "offered - 1:/a -\n",
	               "[published]\n1=/a");
	assert_applies("[published]\nhost=/a", "host publish /a",
	               "offered - host:/a -\n", "[published]\nhost=/a(ro)");
	assert_applies("[published]\nhost=/a(ro)", "host publish /a", "",
	               "[published]\nhost=/a(ro)");
	assert_fails("", "1 publish /dev", -EINVAL,
	             "no cast may come from /dev");
	assert_fails("", "host publish /", -EINVAL, "no cast may come from /");
}

static void ucast_withdraws(void **state)
{
	static const char offers[] =
		"[1]\n/a=2:/a,2:/b,3:/a\n/c=2:/c\n[published]\n1=/a,/d\n";

	(void)state;
	assert_applies(offers, "1 ucast /a 2",
	               "withdrawn 2 1:/a /a\nwithdrawn 2 1:/a /b\n",
	               "[1]\n/a=3:/a\n/c=2:/c\n[published]\n1=/a,/d");
	assert_applies(offers, "1 ucast /a",
	               "withdrawn 2 1:/a /a\nwithdrawn 2 1:/a /b\n"
	               "withdrawn 3 1:/a /a\nwithdrawn - 1:/a -\n",
	               "[1]\n/c=2:/c\n[published]\n1=/d");
	assert_applies(offers, "1 unpublish /a", "withdrawn - 1:/a -\n",
	               "[1]\n/a=2:/a,2:/b,3:/a\n/c=2:/c\n[published]\n1=/d");
	assert_fails(offers, "2 ucast /a", -ENOENT, "2 does not offer /a");
	assert_fails(offers, "1 ucast /a%25", -ENOENT,
	             "1 does not offer /a%25");
	assert_fails(offers, "1 ucast /d 2", -ENOENT,
	             "1 does not offer /d to 2");
	assert_fails(offers, "1 unpublish /c", -ENOENT,
	             "1 does not publish /c");
}

static void ucast_names_who_loses_it(void **state)
{
	static const char both[] = "[1]\n/a=2:/a\n[published]\n1=/a\n"
				   "[2]\n_accepted=1:/a,1:/x from /a\n"
				   "[3]\n_accepted=1:/a\n[4]\n_accepted=1:/b";

	(void)state;
	assert_applies("[1]\n/a=2:/a\n[2]\n_accepted=1:/a,1:/x from /a,1:/b",
	               "1 ucast /a",
	               "withdrawn 2 1:/a /a\nwithdrawn 2 1:/a /x\n",
	               "[2]\n_accepted=1:/a,1:/x from /a,1:/b");
	/* What is published is granted to those that lose an offer. */
	assert_applies(both, "1 ucast /a 2", "withdrawn 2 1:/a /a\n",
	               "[published]\n1=/a\n[2]\n_accepted=1:/a,1:/x from /a\n"
	               "[3]\n_accepted=1:/a\n[4]\n_accepted=1:/b");
	assert_applies(both, "1 unpublish /a",
	               "withdrawn - 1:/a -\nwithdrawn 3 1:/a /a\n",
	               "[1]\n/a=2:/a\n[2]\n_accepted=1:/a,1:/x from /a\n"
	               "[3]\n_accepted=1:/a\n[4]\n_accepted=1:/b");
}

static void caston_accepts_what_is_named(void **state)
{
	static const char offers[] = "[1]\n/a=2:/t,3:/u\n/b=2:/b(ro)\n"
				     "[published]\n1=/p\nhost=/h(ro)\n";
	AUTO(buf) struct buf wanted = {0};
	static const struct {
		const char *line, *effects, *accepted;
	} cases[] = {
		{"2 caston 1:/t", "accepted 2 1:/a /t\n", "1:/t from /a"},
		{"2 caston 1:/t /x", "accepted 2 1:/a /x\n", "1:/x from /a"},
		{"2 caston 1:/t --ro", "accepted 2 1:/a /t\n",
	         "1:/t from /a(ro)"},
		{"2 caston 1:/b", "accepted 2 1:/b /b\n", "1:/b(ro)"},
		{"2 caston 1:/p", "accepted 2 1:/p /p\n", "1:/p"},
		{"2 caston HOST:/h /y", "accepted 2 host:/h /y\n",
	         "host:/y from /h(ro)"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_printf(&wanted, "%s[2]\n_accepted=%s", offers,
		           cases[i].accepted);
		assert_applies(offers, cases[i].line, cases[i].effects,
		               wanted.data);
		assert_applies(wanted.data, cases[i].line, "", wanted.data);
		buf_done(&wanted);
	}
}

static void caston_refuses(void **state)
{
	static const char offers[] =
		"[1]\n/a=2:/t,3:/u\n/b=2:/b\n/c=2:/same\n/d=2:/same\n/e=2:/e\n"
		"[2]\n_accepted=1:/e\n_blocked=1:/b/..b,/t,3\n"
		"[3]\n/a=2:/a\n/dev=2:/y\n[published]\n2=/own\nhost=/sys/a(ro)";

	(void)state;
	assert_fails("", "2 caston 1:/t", -ENOENT, "1 offers 2 nothing for /t");
	assert_fails(offers, "2 caston 1:/u%20", -ENOENT,
	             "1 offers 2 nothing for /u%20");
	assert_fails(offers, "2 caston 1:/u", -ENOENT,
	             "1 offers 2 nothing for /u");
	assert_fails(offers, "2 caston 1:/a", -ENOENT,
	             "1 offers 2 nothing for /a; its own /a it offers as 1:/t");
	assert_fails(offers, "2 caston 1:/same", -EEXIST,
	             "1 offers both /c and /d for /same");
	assert_fails(offers, "2 caston 1:/t", -EPERM,
	             "2 blocks /t; castblock --lift /t allows it again");
	assert_fails(offers, "2 caston 3:/a", -EPERM,
	             "2 blocks 3; castblock --lift 3 allows it again");
	assert_fails(
		offers, "2 caston 1:/b /b/..b/x", -EPERM,
		"2 blocks 1:/b/..b; castblock --lift 1:/b/..b allows it again");
	assert_fails(offers, "2 caston 1:/b /e/x", -EEXIST,
	             "1:/e is accepted on /e");
	assert_fails(offers, "2 caston 1:/b /e", -EEXIST,
	             "1:/e is accepted on /e");
	assert_fails(offers, "2 caston 1:/e /e/x", -EEXIST,
	             "1:/e is accepted on /e");
	assert_fails(offers, "2 caston 1:/b /dev/x", -EINVAL,
	             "no cast may lie on /dev/x");
	assert_fails(offers, "2 caston host:/sys/a", -EINVAL,
	             "no cast may lie on /sys/a");
	assert_fails(offers, "2 caston 3:/y", -EINVAL,
	             "no cast may come from /dev");
	assert_fails(offers, "2 caston 2:/own", -EINVAL, "2 gives it itself");
}

static void caston_accepts_again(void **state)
{
	static const char before[] =
		"[1]\n/a=2:/t\n[2]\n_accepted=1:/t from /a(ro),3:/x\n";
	AUTO(buf) struct buf blocked = {0};

	(void)state;
	assert_applies(before, "2 caston 1:/t", "accepted 2 1:/a /t\n",
	               "[1]\n/a=2:/t\n[2]\n_accepted=1:/t from /a,3:/x\n");
	assert_applies(before, "2 caston 1:/t /y", "accepted 2 1:/a /y\n",
	               "[1]\n/a=2:/t\n[2]\n_accepted=1:/t from /a(ro),3:/x,"
	               "1:/y from /a");
	/* It is more specific than all blocks but one. */
	buf_printf(&blocked, "%s_blocked=All,1,/t", before);
	assert_applies(blocked.data, "2 caston 1:/t --ro", "", blocked.data);
	assert_fails(blocked.data, "2 caston 1:/t /y", -EPERM,
	             "2 blocks 1; castblock --lift 1 allows it again");
	buf_puts(&blocked, ",1:/t");
	assert_fails(blocked.data, "2 caston 1:/t --ro", -EPERM,
	             "2 blocks 1:/t; castblock --lift 1:/t allows it again");
}

static void caston_takes_all_there_is(void **state)
{
	(void)state;
	assert_applies("", "2 caston", "", "");
	assert_applies("[1]\n/a=2:/t,3:/u\n/b=2:/b(ro)\n/n=2:/no,2:/m\n"
	               "[published]\n1=/p,/a\nhost=/h(ro)\n2=/own\n"
	               "[2]\n_accepted=1:/q from /b\n_blocked=1:/no\n",
	               "2 caston",
	               "accepted 2 1:/a /t\naccepted 2 1:/n /m\n"
	               "accepted 2 1:/p /p\naccepted 2 host:/h /h\n"
	               "skipped 2 2:/own /own (2 gives it itself)\n",
	               "[1]\n/a=2:/t,3:/u\n/b=2:/b(ro)\n/n=2:/no,2:/m\n"
	               "[published]\n1=/p,/a\nhost=/h(ro)\n2=/own\n"
	               "[2]\n_accepted=1:/q from /b,1:/t from /a,"
	               "1:/m from /n,1:/p,host:/h(ro)\n_blocked=1:/no");
	assert_applies("[1]\n/a=2:/a\n[2]\n_blocked=All", "2 caston", "",
	               "[1]\n/a=2:/a\n[2]\n_blocked=All");
}

static void caston_skips_and_says_why(void **state)
{
	static const char offers[] =
		"[1]\n/a=2:/t\n/b=2:/e/x\n/c=2:/dev/c\n/sys=2:/s\n"
		"/own=1:/own\n"
		"[3]\n/a=2:/t/u\n/f=2:/t/u/v\n/g=2:/dev/c\n/h=2:/fine\n"
		"[published]\n1=/own\nhost=/fine/x%25(ro)\n";
	AUTO(buf) struct buf all = {0};

	(void)state;
	buf_printf(&all, "%s[2]\n_accepted=4:/e", offers);
	assert_applies(all.data, "2 caston",
	               "skipped 2 1:/a /t (3:/a is offered for /t/u)\n"
	               "skipped 2 1:/b /e/x (4:/e is accepted on /e)\n"
	               "skipped 2 1:/c /dev/c (no cast may lie on /dev/c)\n"
	               "skipped 2 1:/sys /s (no cast may come from /sys)\n"
	               "skipped 2 3:/a /t/u (1:/a is offered for /t)\n"
	               "skipped 2 3:/f /t/u/v (1:/a is offered for /t)\n"
	               "skipped 2 3:/g /dev/c (no cast may lie on /dev/c)\n"
	               "skipped 2 3:/h /fine (host:/fine/x%25 is offered for "
	               "/fine/x%25)\n"
	               "accepted 2 1:/own /own\n"
	               "skipped 2 host:/fine/x% /fine/x% (3:/h is offered for "
	               "/fine)\n",
	               "[1]\n/a=2:/t\n/b=2:/e/x\n/c=2:/dev/c\n/sys=2:/s\n"
	               "/own=1:/own\n"
	               "[3]\n/a=2:/t/u\n/f=2:/t/u/v\n/g=2:/dev/c\n/h=2:/fine\n"
	               "[published]\n1=/own\nhost=/fine/x%25(ro)\n"
	               "[2]\n_accepted=4:/e,1:/own");
}

/* What another host's sample of the manual has for 103 and 104. */
static void caston_of_the_sample(void **state)
{
	static const char before[] =
		"[104]\n_accepted = None\n"
		"/var/tmp = 103:/var/tmp,105:/_external/var/tmp\n"
		"[103]\n_accepted = 104:/var/tmp\n_blocked = None\n"
		"_offered = 105:/etc/1337\n[105]\n_blocked = All\n"
		"[published]\n104 = /tmp/portage, /etc/skel,/home/magicaluser\n"
		"host = /usr/portage(ro),/tmp/portage(ro)\n";
	AUTO(casts) struct casts c = {0};
	AUTO(effects) struct effects e = {0};
	AUTO(buf) struct buf b = {0};
	struct err err = {0};

	(void)state;
	parse_casts(before, &c);
	assert_int_equal(apply(&c, "103 caston", &e, &err), 0);
	print_effects(&e, &b);
	assert_string_equal(
		buf_text(&b),
		"skipped 103 104:/tmp/portage /tmp/portage "
		"(host:/tmp/portage is offered for /tmp/portage)\n"
		"accepted 103 104:/etc/skel /etc/skel\n"
		"accepted 103 104:/home/magicaluser /home/magicaluser\n"
		"accepted 103 host:/usr/portage /usr/portage\n"
		"skipped 103 host:/tmp/portage /tmp/portage "
		"(104:/tmp/portage is offered for /tmp/portage)\n"
		"accepted 103 105:/etc/1337 /etc/1337\n");
	assert_int_equal(c.acceptances[3].mode, CAST_RO);
	buf_done(&b);
	effects_done(&e);
	assert_int_equal(apply(&c, "104 caston", &e, &err), 0);
	print_effects(&e, &b);
	assert_string_equal(
		buf_text(&b),
		"skipped 104 104:/tmp/portage /tmp/portage "
		"(104 gives it itself)\n"
		"skipped 104 104:/etc/skel /etc/skel (104 gives it itself)\n"
		"skipped 104 104:/home/magicaluser /home/magicaluser "
		"(104 gives it itself)\n"
		"accepted 104 host:/usr/portage /usr/portage\n"
		"accepted 104 host:/tmp/portage /tmp/portage\n");
	effects_done(&e);
	assert_int_equal(apply(&c, "105 caston", &e, &err), 0);
	assert_int_equal(e.n, 0);
}

static void castoff_drops(void **state)
{
	static const char before[] =
		"[1]\n/a=2:/a\n[2]\n_accepted=1:/a,3:/b from /a,3:/a%20 "
		"from /b,1:/d\n[3]\n_accepted=1:/a";

	(void)state;
	assert_applies("", "2 castoff", "", "");
	assert_applies(before, "2 castoff",
	               "dropped 2 1:/a /a\ndropped 2 3:/a /b\n"
	               "dropped 2 3:/b /a \ndropped 2 1:/d /d\n",
	               "[1]\n/a=2:/a\n[3]\n_accepted=1:/a");
	assert_applies(before, "2 castoff /d", "dropped 2 1:/d /d\n",
	               "[1]\n/a=2:/a\n[2]\n_accepted=1:/a,3:/b from /a,"
	               "3:/a%20 from /b\n[3]\n_accepted=1:/a");
	/* A target first, a source's path else. */
	assert_applies(before, "2 castoff 3:/b", "dropped 2 3:/a /b\n",
	               "[1]\n/a=2:/a\n[2]\n_accepted=1:/a,3:/a%20 from /b,"
	               "1:/d\n[3]\n_accepted=1:/a");
	assert_applies(before, "2 castoff 3:/a", "dropped 2 3:/a /b\n",
	               "[1]\n/a=2:/a\n[2]\n_accepted=1:/a,3:/a%20 from /b,"
	               "1:/d\n[3]\n_accepted=1:/a");
	assert_fails(before, "2 castoff /d%20", -ENOENT,
	             "2 has accepted nothing on /d%20");
	assert_fails(before, "2 castoff 1:/b", -ENOENT,
	             "2 has not accepted 1:/b");
	assert_fails(before, "1 castoff /a", -ENOENT,
	             "1 has accepted nothing on /a");
}

static void castblock_blocks(void **state)
{
	static const char before[] = "[2]\n_accepted=1:/a,3:/b/c,3:/d,host:/b\n"
				     "[4]\n_accepted=3:/d";

	(void)state;
	assert_applies(before, "2 castblock",
	               "blocked 2 -:- -\ndropped 2 3:/b/c /b/c\n"
	               "dropped 2 3:/d /d\ndropped 2 host:/b /b\n",
	               "[2]\n_accepted=1:/a\n_blocked=All\n"
	               "[4]\n_accepted=3:/d");
	assert_applies(before, "2 castblock 3",
	               "blocked 2 3:- -\ndropped 2 3:/b/c /b/c\n"
	               "dropped 2 3:/d /d\n",
	               "[2]\n_accepted=1:/a,host:/b\n_blocked=3\n"
	               "[4]\n_accepted=3:/d");
	assert_applies(before, "2 castblock /b",
	               "blocked 2 -:- /b\ndropped 2 3:/b/c /b/c\n"
	               "dropped 2 host:/b /b\n",
	               "[2]\n_accepted=1:/a,3:/d\n_blocked=/b\n"
	               "[4]\n_accepted=3:/d");
	assert_applies(before, "2 castblock 3:/b",
	               "blocked 2 3:- /b\ndropped 2 3:/b/c /b/c\n",
	               "[2]\n_accepted=1:/a,3:/d,host:/b\n_blocked=3:/b\n"
	               "[4]\n_accepted=3:/d");
	assert_applies("[2]\n_blocked=All,/x,5", "2 castblock /x", "",
	               "[2]\n_blocked=All,/x,5");
	assert_applies("[2]\n_blocked=All\n_accepted=3:/a", "2 castblock",
	               "dropped 2 3:/a /a\n", "[2]\n_blocked=All");
}

static void castblock_lifts(void **state)
{
	static const char before[] =
		"[2]\n_blocked=All,1,/a%20b,1:/a%20b\n[3]\n_blocked=1,All";

	(void)state;
	assert_applies("", "2 castblock --lift", "", "");
	assert_applies(before, "2 castblock --lift",
	               "lifted 2 -:- -\nlifted 2 1:- -\nlifted 2 -:- /a b\n"
	               "lifted 2 1:- /a b\n",
	               "[3]\n_blocked=1,All");
	assert_applies(before, "2 castblock --lift /a%20b ALL 1 1",
	               "lifted 2 -:- -\nlifted 2 1:- -\nlifted 2 -:- /a b\n",
	               "[2]\n_blocked=1:/a%20b\n[3]\n_blocked=1,All");
	assert_fails(before, "2 castblock --lift 1 /a", -ENOENT,
	             "2 does not block /a");
	assert_fails(before, "3 castblock --lift 1:/a%20b", -ENOENT,
	             "3 does not block 1:/a%20b");
}

/* --- how much --- */

/* Each @ of line is a number. */
static void fill(struct casts *c, const char *line, int from, int to)
{
	for (int i = from; i < to; i++) {
		AUTO(effects) struct effects e = {0};
		AUTO(buf) struct buf b = {0};
		struct err err = {0};

		for (const char *p = line; *p; p++)
			if (*p == '@')
				buf_printf(&b, "%d", i);
			else
				buf_putc(&b, *p);
		if (apply(c, b.data, &e, &err) < 0)
			fail_msg("%s: %s", b.data, err.text);
	}
}

static void assert_full(struct casts *c, const char *line, const char *says)
{
	struct effects e = {0};
	struct err err = {0};

	assert_int_equal(apply(c, line, &e, &err), -ENOSPC);
	assert_string_equal(err.text, says);
}

static void a_guest_has_so_many_at_most(void **state)
{
	AUTO(casts) struct casts c = {0};
	AUTO(effects) struct effects e = {0};
	struct err err = {0};

	(void)state;
	fill(&c, "1 cast /@ 2", 0, REQUEST_MAX - 1);
	fill(&c, "1 publish /@", 0, 1);
	assert_full(&c, "1 cast /x 3",
	            "1 offers too much: withdraw something first");
	assert_full(&c, "1 publish /x",
	            "1 offers too much: withdraw something first");
	fill(&c, "1 cast /0 2 --ro", 0, 1); /* is there already */
	fill(&c, "host cast /h@ 2", 0, REQUEST_MAX + 1);
	fill(&c, "2 caston host:/h@", 0, REQUEST_MAX - 3);
	assert_int_equal(apply(&c, "2 caston", &e, &err), 0);
	assert_int_equal(c.n_acceptances, REQUEST_MAX);
	assert_string_equal(e.v[3].reason, "2 has accepted too much: take "
	                                   "something off first");
	assert_full(&c, "2 caston host:/h256",
	            "2 has accepted too much: take "
	            "something off first");
	fill(&c, "2 castblock /x@", 0, REQUEST_MAX);
	fill(&c, "3 castblock /x@", 0, 1);
	assert_full(&c, "2 castblock",
	            "2 blocks too much: lift something first");
	fill(&c, "2 castblock /x0", 0, 1);
}

/* Giver offers 99 the n-th of its paths, each of which takes some 6,000 bytes
 * when it is written. */
static int offer_much(struct casts *c, int giver, int n, struct err *err)
{
	AUTO(effects) struct effects e = {0};
	AUTO(buf) struct buf line = {0};

	buf_printf(&line, "%d! cast '/%d", giver, n);
	for (int i = 0; i < 2000; i++)
		buf_putc(&line, ';');
	buf_printf(&line, "' 99:/%d/%d", giver, n);
	return apply(c, line.data, &e, err);
}

static void nobody_makes_a_line_too_long(void **state)
{
	AUTO(casts) struct casts c = {0}, again = {0};
	AUTO(buf) struct buf text = {0};
	struct err err = {0};
	int n = 0;

	(void)state;
	for (int giver = 0; giver < 8; giver++) {
		for (int i = 0; i < 10; i++)
			assert_int_equal(offer_much(&c, giver, i, &err), 0);
		assert_int_equal(offer_much(&c, giver, 10, &err), -ENOSPC);
		assert_non_null(strstr(err.text, " offers too much: withdraw "
		                                 "something first"));
	}
	while (n < 10 && !offer_much(&c, 8, n, &err))
		n++;
	assert_in_range(n, 1, 9);
	assert_string_equal(err.text, "99 is offered too much already");
	ini_rewrite("", 0, &c, &text);
	assert_int_equal(
		ini_parse(text.data, text.len, "casts.ini", &again, &err), 0);
	assert_int_equal(again.n_offers, c.n_offers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verbs_have_names),
		cmocka_unit_test(reads_what_is_given),
		cmocka_unit_test(reads_what_is_received),
		cmocka_unit_test(guests_words_are_encoded),
		cmocka_unit_test(refuses_wrong_words),
		cmocka_unit_test(refuses_bad_words),
		cmocka_unit_test(cast_offers),
		cmocka_unit_test(cast_refuses),
		cmocka_unit_test(publish_offers_to_all),
		cmocka_unit_test(ucast_withdraws),
		cmocka_unit_test(ucast_names_who_loses_it),
		cmocka_unit_test(caston_accepts_what_is_named),
		cmocka_unit_test(caston_refuses),
		cmocka_unit_test(caston_accepts_again),
		cmocka_unit_test(caston_takes_all_there_is),
		cmocka_unit_test(caston_skips_and_says_why),
		cmocka_unit_test(caston_of_the_sample),
		cmocka_unit_test(castoff_drops),
		cmocka_unit_test(castblock_blocks),
		cmocka_unit_test(castblock_lifts),
		cmocka_unit_test(a_guest_has_so_many_at_most),
		cmocka_unit_test(nobody_makes_a_line_too_long),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
