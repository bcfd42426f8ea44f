/* SPDX-License-Identifier: MIT */
/* A peer that gets another name, or is gone: in the casts and in their text. */
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
#include "cast/casts.h"
#include "cast/ini.h"

static const char before[] = "# what is shared\n"
			     "[db]\n"
			     "_accepted = web:/a, web2:/b\n"
			     "# by hand\n"
			     "/srv = web:/srv(ro), web2:/srv\n"
			     "[web]\n"
			     "; its own\n"
			     "_accepted = db:/srv(ro)\n"
			     "_blocked = db:/x, /y\n"
			     "/a = db:/a\n"
			     "# the next\n"
			     "[web2]\n"
			     "_blocked = web, web2:/z\n"
			     "/b = db:/b\n"
			     "_offered = db:/srv\n"
			     "[published]\n"
			     " web = /tmp, /usr(ro)\n"
			     "web2 = /opt\n";

static void parse(const char *text, struct casts *c)
{
	struct err err = {0};

	assert_int_equal(ini_parse(text, strlen(text), "x", c, &err), 0);
}

/* As store and manage do it. */
static void move(const char *text, const char *old, const char *new,
                 struct buf *b)
{
	AUTO(casts) struct casts c = {0}, again = {0};
	AUTO(buf) struct buf renamed = {0};

	parse(text, &c);
	if (new)
		casts_rename(&c, old, new);
	else
		casts_forget(&c, old);
	ini_rename(text, strlen(text), old, new, &renamed);
	ini_rewrite(buf_text(&renamed), renamed.len, &c, b);
	/* It can be read, and says no less and no more. */
	parse(buf_text(b), &again);
	assert_int_equal(again.n_offers, c.n_offers);
	assert_int_equal(again.n_acceptances, c.n_acceptances);
	assert_int_equal(again.n_blocks, c.n_blocks);
	assert_false(casts_mention(&again, old));
}

static void renames_all_of_it(void **state)
{
	AUTO(buf) struct buf b = {0};

	(void)state;
	move(before, "web", "www", &b);
	assert_string_equal(b.data, "# what is shared\n"
	                            "[db]\n"
	                            "_accepted = www:/a, web2:/b\n"
	                            "# by hand\n"
	                            "/srv = www:/srv(ro), web2:/srv\n"
	                            "[www]\n"
	                            "; its own\n"
	                            "_accepted = db:/srv(ro)\n"
	                            "_blocked = db:/x, /y\n"
	                            "/a = db:/a\n"
	                            "# the next\n"
	                            "[web2]\n"
	                            "_blocked = www, web2:/z\n"
	                            "/b = db:/b\n"
	                            "_offered = db:/srv\n"
	                            "[published]\n"
	                            " www = /tmp, /usr(ro)\n"
	                            "web2 = /opt\n");
}

static void forgets_all_of_it(void **state)
{
	AUTO(buf) struct buf b = {0};

	(void)state;
	move(before, "web", NULL, &b);
	assert_string_equal(b.data, "# what is shared\n"
	                            "[db]\n"
	                            "_accepted = web2:/b\n"
	                            "# by hand\n"
	                            "/srv = web2:/srv\n"
	                            "# the next\n"
	                            "[web2]\n"
	                            "_blocked = web2:/z\n"
	                            "/b = db:/b\n"
	                            "_offered = db:/srv\n"
	                            "[published]\n"
	                            "web2 = /opt\n");
}

/* A rename that was cut short, and something granted to both meanwhile. */
static void makes_one_of_two(void **state)
{
	AUTO(buf) struct buf b = {0};
	AUTO(casts) struct casts c = {0};

	(void)state;
	move("[db]\n/srv = web:/srv, www:/srv(ro), www:/other\n"
	     "[web]\n_accepted = db:/srv\n_blocked = /x\n"
	     "[www]\n_accepted = db:/srv(ro)\n_blocked = /x, /y\n"
	     "[published]\nweb = /tmp\nwww = /tmp, /usr\n",
	     "web", "www", &b);
	parse(b.data, &c);
	assert_int_equal(c.n_offers, 4);
	assert_int_equal(c.n_acceptances, 1);
	assert_int_equal(c.n_blocks, 2);
	assert_null(strstr(b.data, "[web]"));
}

static void leaves_others_alone(void **state)
{
	static const char *const names[] = {"we", "web3", "eb", "all"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		AUTO(buf) struct buf b = {0}, forgotten = {0};

		move(before, names[i], "www", &b);
		assert_string_equal(b.data, before);
		move(before, names[i], NULL, &forgotten);
		assert_string_equal(forgotten.data, before);
	}
}

static void text_of_any_shape(void **state)
{
	static const struct {
		const char *text, *renamed, *forgotten;
	} cases[] = {
		{"", "", ""},
		{"[web]", "[www]", ""},
		{"  [ web ]  \n", "  [ www ]  \n", ""},
		{"[web]\n# alone\n", "[www]\n# alone\n", "# alone\n"},
		{"[published]\n\tweb=/a", "[published]\n\twww=/a",
	         "[published]\n"},
		{"[other thing]\nweb = 1\n[web]\n_blocked = /a\n",
	         "[other thing]\nweb = 1\n[www]\n_blocked = /a\n",
	         "[other thing]\nweb = 1\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		AUTO(buf) struct buf renamed = {0}, forgotten = {0};

		move(cases[i].text, "web", "www", &renamed);
		assert_string_equal(buf_text(&renamed), cases[i].renamed);
		move(cases[i].text, "web", NULL, &forgotten);
		assert_string_equal(buf_text(&forgotten), cases[i].forgotten);
	}
}

static void knows_who_is_mentioned(void **state)
{
	AUTO(casts) struct casts c = {0};

	(void)state;
	parse("[a]\n/x = b:/x\n_accepted = c:/y\n_blocked = d\n"
	      "[e]\n_blocked = All\n[published]\nf = /z\n",
	      &c);
	assert_true(casts_mention(&c, "a"));
	assert_true(casts_mention(&c, "b"));
	assert_true(casts_mention(&c, "c"));
	assert_true(casts_mention(&c, "d"));
	assert_true(casts_mention(&c, "e"));
	assert_true(casts_mention(&c, "f"));
	assert_false(casts_mention(&c, "g"));
	assert_false(casts_mention(&c, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renames_all_of_it),
		cmocka_unit_test(forgets_all_of_it),
		cmocka_unit_test(makes_one_of_two),
		cmocka_unit_test(leaves_others_alone),
		cmocka_unit_test(text_of_any_shape),
		cmocka_unit_test(knows_who_is_mentioned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
