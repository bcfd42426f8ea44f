/* SPDX-License-Identifier: MIT */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "cast/casts.h"
#include "cast/ledger.h"
#include "cast/page.h"

#define COPIES 8

/* Texts that need not be const, as the structs hold them. */
static char *t(const char *text)
{
	static char texts[COPIES][128];
	static int at;

	if (!text)
		return NULL;
	at = (at + 1) % COPIES;
	snprintf(texts[at], sizeof(texts[at]), "%s", text);
	return texts[at];
}

static void offer(struct casts *c, const char *giver, const char *path,
                  const char *receiver, const char *target)
{
	struct offer o = {t(giver), t(path), t(receiver), t(target), 0};

	if (!strcmp(giver, PEER_HOST))
		o.mode = CAST_RO;
	casts_offer(c, &o);
}

static void accept_on(struct casts *c, const char *receiver, const char *giver,
                      const char *path, const char *target)
{
	struct acceptance a = {t(receiver), t(giver), t(path), t(target), 0};

	casts_accept(c, &a);
}

static void refuse(struct casts *c, const char *receiver, const char *peer,
                   const char *path)
{
	struct block b = {t(receiver), t(peer), t(path)};

	casts_block(c, &b);
}

static void hold(struct ledger *l, enum held_kind kind, const char *giver,
                 const char *path, const char *target)
{
	struct held h = {
		.kind = kind,
		.giver = t(giver),
		.path = t(path),
		.target = t(target),
		.reason = t(kind == HELD_CAST ? "" : "its source is stopped"),
	};

	ledger_hold(l, &h);
}

/* The sample of casts.ini(5). */
static void sample(struct casts *c)
{
	offer(c, "104", "/var/tmp", "103", "/var/tmp");
	offer(c, "104", "/var/tmp", "105", "/_external/var/tmp");
	offer(c, "105", "/etc/1337", "103", "/etc/1337");
	offer(c, "104", "/tmp/portage", NULL, NULL);
	offer(c, "104", "/etc/skel", NULL, NULL);
	offer(c, "104", "/home/magicaluser", NULL, NULL);
	offer(c, "host", "/usr/portage", NULL, NULL);
	offer(c, "host", "/tmp/portage", NULL, NULL);
	accept_on(c, "103", "104", "/var/tmp", "/var/tmp");
	refuse(c, "105", NULL, NULL);
}

static void assert_page(const struct casts *c, const struct ledger *l,
                        const char *who, const char *text)
{
	AUTO(page) struct page p = {0}, again = {0};
	AUTO(buf) struct buf b = {0}, same = {0};

	page_collect(&p, c, l, who);
	page_print(&p, &b);
	assert_string_equal(buf_text(&b), text);
	assert_int_equal(page_parse(&again, buf_text(&b)), 0);
	page_print(&again, &same);
	assert_string_equal(buf_text(&same), text);
}

static void assert_shows(const struct casts *c, const struct ledger *l,
                         const char *who, bool all, const char *text)
{
	AUTO(page) struct page p = {0};
	AUTO(buf) struct buf b = {0};

	page_collect(&p, c, l, who);
	page_show(&p, all, &b);
	assert_string_equal(buf_text(&b), text);
}

static void reads_the_sample(void **state)
{
	AUTO(casts) struct casts c = {0};
	AUTO(ledger) struct ledger l = {0}, none = {0};

	(void)state;
	sample(&c);
	hold(&l, HELD_CAST, "104", "/var/tmp", "/var/tmp");
	assert_page(
		&c, &l, "103",
		"offered\trw\t105:/etc/1337\t/etc/1337\t\n"
		"published\trw\t104:/etc/skel\t/etc/skel\t\n"
		"published\trw\t104:/home/magicaluser\t/home/magicaluser\t\n"
		"published\trw\t104:/tmp/portage\t/tmp/portage\t"
		"host%3A/tmp/portage%20has%20the%20same%20target\n"
		"published\tro\thost:/tmp/portage\t/tmp/portage\t"
		"104%3A/tmp/portage%20has%20the%20same%20target\n"
		"published\tro\thost:/usr/portage\t/usr/portage\t\n"
		"active\trw\t104:/var/tmp\t/var/tmp\t\n");
	assert_page(&c, &none, "105",
	            "blocked\trw\t104:/var/tmp\t/_external/var/tmp\t"
	            "blocked%20by%20All\n"
	            "blocked\trw\t104:/etc/skel\t/etc/skel\t"
	            "blocked%20by%20All\n"
	            "blocked\trw\t104:/home/magicaluser\t/home/magicaluser\t"
	            "blocked%20by%20All\n"
	            "blocked\trw\t104:/tmp/portage\t/tmp/portage\t"
	            "blocked%20by%20All\n"
	            "blocked\tro\thost:/tmp/portage\t/tmp/portage\t"
	            "blocked%20by%20All\n"
	            "blocked\tro\thost:/usr/portage\t/usr/portage\t"
	            "blocked%20by%20All\n"
	            "given\trw\t103:/etc/1337\t/etc/1337\t\n");
	assert_page(&c, &none, "104",
	            "published\tro\thost:/tmp/portage\t/tmp/portage\t\n"
	            "published\tro\thost:/usr/portage\t/usr/portage\t\n"
	            "given\trw\t*:/etc/skel\t/etc/skel\t\n"
	            "given\trw\t*:/home/magicaluser\t/home/magicaluser\t\n"
	            "given\trw\t*:/tmp/portage\t/tmp/portage\t\n"
	            "given\trw\t103:/var/tmp\t/var/tmp\t\n"
	            "given\trw\t105:/_external/var/tmp\t/var/tmp\t\n");
	assert_page(&c, &none, "host",
	            "given\tro\t*:/tmp/portage\t/tmp/portage\t\n"
	            "given\tro\t*:/usr/portage\t/usr/portage\t\n");
}

static void shows_the_sample(void **state)
{
	AUTO(casts) struct casts c = {0};
	AUTO(ledger) struct ledger l = {0}, none = {0};

	(void)state;
	sample(&c);
	hold(&l, HELD_CAST, "104", "/var/tmp", "/var/tmp");
	assert_shows(&c, &l, "103", false,
	             "STATE   MODE  FROM          TO\n"
	             "active  rw    104:/var/tmp  /var/tmp\n");
	assert_shows(
		&c, &l, "103", true,
		"STATE      MODE  FROM                   TO                 "
		"REASON\n"
		"offered    rw    105:/etc/1337          /etc/1337\n"
		"published  rw    104:/etc/skel          /etc/skel\n"
		"published  rw    104:/home/magicaluser  /home/magicaluser\n"
		"published  rw    104:/tmp/portage       /tmp/portage       "
		"host:/tmp/portage has the same target\n"
		"published  ro    host:/tmp/portage      /tmp/portage       "
		"104:/tmp/portage has the same target\n"
		"published  ro    host:/usr/portage      /usr/portage\n"
		"active     rw    104:/var/tmp           /var/tmp\n");
	assert_shows(&c, &none, "103", false,
	             "no active casts\n"
	             "6 offered: caston accepts, showcast -a shows\n");
	assert_shows(&c, &none, "105", false, "no active casts\n");
	assert_shows(
		&c, &none, "104", true,
		"STATE      MODE  FROM               TO\n"
		"published  ro    host:/tmp/portage  /tmp/portage\n"
		"published  ro    host:/usr/portage  /usr/portage\n"
		"given      rw    /etc/skel          *:/etc/skel\n"
		"given      rw    /home/magicaluser  *:/home/magicaluser\n"
		"given      rw    /tmp/portage       *:/tmp/portage\n"
		"given      rw    /var/tmp           103:/var/tmp\n"
		"given      rw    /var/tmp           105:/_external/var/tmp\n");
}

static void shows_nothing(void **state)
{
	AUTO(casts) struct casts c = {0};
	AUTO(ledger) struct ledger none = {0};

	(void)state;
	assert_page(&c, &none, "103", "");
	assert_shows(&c, &none, "103", false, "no active casts\n");
	assert_shows(&c, &none, "103", true, "no casts\n");
}

static void tells_why_it_waits(void **state)
{
	AUTO(casts) struct casts c = {0};
	AUTO(ledger) struct ledger l = {0};

	(void)state;
	offer(&c, "104", "/a", "103", "/a");
	offer(&c, "host", "/b", NULL, NULL);
	accept_on(&c, "103", "104", "/a", "/a");
	accept_on(&c, "103", "host", "/b", "/b");
	accept_on(&c, "103", "104", "/c", "/c");
	/* Nobody looked yet: the judgement stands for it. */
	assert_page(&c, &l, "103",
	            "waiting\trw\t104:/a\t/a\t103%20is%20not%20up\n"
	            "waiting\tro\thost:/b\t/b\t103%20is%20not%20up\n"
	            "waiting\trw\t104:/c\t/c\t104%20does%20not%20offer%20it\n");
	hold(&l, HELD_TOMBSTONE, "104", "/a", "/a");
	hold(&l, HELD_WAITING, "host", "/b", "/b");
	/* Of another source: it does not speak of this one. */
	hold(&l, HELD_CAST, "105", "/c", "/c");
	assert_page(&c, &l, "103",
	            "waiting\trw\t104:/a\t/a\tits%20source%20is%20stopped\n"
	            "waiting\tro\thost:/b\t/b\tits%20source%20is%20stopped\n"
	            "waiting\trw\t104:/c\t/c\t104%20does%20not%20offer%20it\n");
}

/* What is mounted is shown as it is mounted. */
static void shows_the_mode_that_is(void **state)
{
	AUTO(casts) struct casts c = {0};
	AUTO(ledger) struct ledger l = {0};

	(void)state;
	offer(&c, "104", "/a", "103", "/a");
	accept_on(&c, "103", "104", "/a", "/a");
	hold(&l, HELD_CAST, "104", "/a", "/a");
	l.v->mode = CAST_NOEXEC;
	assert_page(&c, &l, "103", "active\trw,noexec\t104:/a\t/a\t\n");
	l.v->mode = CAST_NOEXEC | CAST_RO;
	assert_page(&c, &l, "103", "active\tro,noexec\t104:/a\t/a\t\n");
}

static void lists_each_once(void **state)
{
	AUTO(casts) struct casts c = {0};
	AUTO(ledger) struct ledger l = {0};

	(void)state;
	/* Both addressed and published. */
	offer(&c, "104", "/a", NULL, NULL);
	offer(&c, "104", "/a", "103", "/b");
	assert_page(&c, &l, "103", "offered\trw\t104:/a\t/b\t\n");
	/* Accepted where the receiver wants it. */
	accept_on(&c, "103", "104", "/a", "/mine");
	hold(&l, HELD_CAST, "104", "/a", "/mine");
	assert_page(&c, &l, "103", "active\trw\t104:/a\t/mine\t\n");
	/* Another target of the same source is another offer. */
	offer(&c, "104", "/a", "103", "/mine/below");
	accept_on(&c, "103", "104", "/a", "/b");
	hold(&l, HELD_CAST, "104", "/a", "/b");
	assert_page(&c, &l, "103",
	            "active\trw\t104:/a\t/b\t\n"
	            "active\trw\t104:/a\t/mine\t\n"
	            "offered\trw\t104:/a\t/mine/below\t"
	            "104%3A/a%20is%20accepted%20on%20/mine\n");
}

static void tells_what_is_in_the_way(void **state)
{
	AUTO(casts) struct casts c = {0};
	AUTO(ledger) struct ledger none = {0};

	(void)state;
	offer(&c, "104", "/a b", "103", "/x/y z");
	accept_on(&c, "103", "104", "/a b", "/x/y z");
	offer(&c, "105", "/a", "103", "/x");
	offer(&c, "106", "/a", "103", "/x");
	assert_shows(&c, &none, "103", true,
	             "STATE    MODE  FROM      TO      REASON\n"
	             "offered  rw    105:/a    /x      "
	             "104:/a%20b is accepted on /x/y%20z\n"
	             "offered  rw    106:/a    /x      "
	             "104:/a%20b is accepted on /x/y%20z\n"
	             "waiting  rw    104:/a b  /x/y z  103 is not up\n");
}

static void shows_no_stranger(void **state)
{
	AUTO(casts) struct casts c = {0};
	AUTO(ledger) struct ledger none = {0};

	(void)state;
	offer(&c, "104", "/secret", "105", "/secret");
	accept_on(&c, "105", "104", "/secret", "/secret");
	refuse(&c, "105", "103", NULL);
	assert_page(&c, &none, "103", "");
}

static void escapes(void **state)
{
	AUTO(casts) struct casts c = {0};
	AUTO(ledger) struct ledger none = {0};

	(void)state;
	offer(&c, "104", "/\033[2J\t:%\\\n\xc3\xa9", "103", "/a,b c");
	assert_page(&c, &none, "103",
	            "offered\trw\t104:/%1B[2J%09%3A%25\\%0A%C3%A9\t"
	            "/a%2Cb%20c\t\n");
	assert_shows(&c, &none, "103", true,
	             "STATE    MODE  FROM                                TO\n"
	             "offered  rw    104:/\\x1b[2J\\x09:%\\x5c\\x0a\\xc3\\xa9  "
	             "/a,b c\n");
}

static void refuses_other_text(void **state)
{
	/* clang-format off */
	static const char *const bad[] = {
		"\n", "active", "active\trw\t104:/a\t/a\t",
		"active\trw\t104:/a\t/a\n", "active\trw\t104:/a\t/a\t\tx\n",
		"aktive\trw\t104:/a\t/a\t\n", "active\twr\t104:/a\t/a\t\n",
		"active\trw\t104\t/a\t\n", "active\trw\t104:/%0\t/a\t\n",
		"active\trw\t%zz:/a\t/a\t\n", "active\trw\t104:/a\t/%\t\n",
		"active\trw\t104:/a\t/a\ta b\n",
		"active\trw\t104:/a\t/a\t\n\n", "\t\t\t\t\n",
		"active\trw\t104:/a\t/a\t\nactive\trw\t104:/b\t/b\n",
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct page p = {.n = 3};

		assert_int_equal(page_parse(&p, bad[i]), -EPROTO);
		assert_int_equal(p.n, 3);
		assert_null(p.v);
	}
}

static void names_states(void **state)
{
	static const char *const names[] = {"active",    "waiting", "offered",
	                                    "published", "blocked", "given"};

	(void)state;
	for (int i = 0; i < PAGE_STATES; i++)
		assert_string_equal(page_state_name((enum page_state)i),
		                    names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_sample),
		cmocka_unit_test(shows_the_sample),
		cmocka_unit_test(shows_nothing),
		cmocka_unit_test(tells_why_it_waits),
		cmocka_unit_test(shows_the_mode_that_is),
		cmocka_unit_test(lists_each_once),
		cmocka_unit_test(tells_what_is_in_the_way),
		cmocka_unit_test(shows_no_stranger),
		cmocka_unit_test(escapes),
		cmocka_unit_test(refuses_other_text),
		cmocka_unit_test(names_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
