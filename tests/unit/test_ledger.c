/* SPDX-License-Identifier: MIT */

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
#include "base/mem.h"
#include "cast/casts.h"
#include "cast/ledger.h"

static char giver[] = "104", path[] = "/var/a b=c\n%", target[] = "/var/tmp",
	    place[] = "/mnt/\xc3\xa9/tmp", reason[] = "its source is stopped";

/* Every field another value; numbers too big for 32 bits, or for a sign. */
static struct held full(void)
{
	return (struct held){
		.kind = HELD_TOMBSTONE,
		.id = UINT64_MAX,
		.dev = 1ull << 63,
		.ino = 0x100000001,
		.since = 1700000000,
		.mode = CAST_RO | CAST_NOEXEC,
		.is_dir = true,
		.giver = giver,
		.path = path,
		.target = target,
		.place = place,
		.reason = reason,
	};
}

static void assert_same(const struct held *a, const struct held *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->dev, b->dev);
	assert_int_equal(a->ino, b->ino);
	assert_int_equal(a->since, b->since);
	assert_int_equal(a->mode, b->mode);
	assert_int_equal(a->is_dir, b->is_dir);
	assert_string_equal(a->giver, b->giver);
	assert_string_equal(a->path, b->path);
	assert_string_equal(a->target, b->target);
	assert_string_equal(a->place, b->place);
	assert_string_equal(a->reason, b->reason);
}

static void assert_text(const struct ledger *l, const char *text)
{
	AUTO(buf) struct buf b = {0};

	ledger_print(l, &b);
	assert_string_equal(buf_text(&b), text);
}

/* What it reads out of text, printed. */
static void assert_reads(const char *text, const char *printed)
{
	AUTO(ledger) struct ledger l = {0};

	ledger_parse(&l, text);
	assert_text(&l, printed);
}

static void reads_what_it_prints(void **state)
{
	AUTO(ledger) struct ledger l = {0}, again = {0};
	AUTO(buf) struct buf b = {0};
	struct held h = full();

	(void)state;
	ledger_hold(&l, &h);
	ledger_add_receiver(&l, "103");
	ledger_add_receiver(&l, "104");
	ledger_add_receiver(&l, "103");
	ledger_add_receiver(&l, "105");
	l.syscmd = 7;
	l.replies = UINT64_MAX;
	ledger_print(&l, &b);
	ledger_parse(&again, b.data);
	assert_int_equal(again.lines, 5);
	assert_int_equal(again.n, 1);
	assert_same(&again.v[0], &h);
	assert_int_equal(again.n_receivers, 3);
	assert_string_equal(again.receivers[0], "103");
	assert_string_equal(again.receivers[1], "104");
	assert_string_equal(again.receivers[2], "105");
	assert_int_equal(again.syscmd, 7);
	assert_int_equal(again.replies, UINT64_MAX);
	assert_text(&again, b.data);
}

static void prints_lines(void **state)
{
	AUTO(buf) struct buf b = {0};
	struct held h = full();

	(void)state;
	ledger_print_held(&h, &b);
	h = (struct held){.target = target, .giver = giver};
	ledger_print_held(&h, &b);
	h.kind = HELD_WAITING;
	h.path = h.place = target;
	ledger_print_held(&h, &b);
	h.kind = HELD_GONE;
	ledger_print_held(&h, &b);
	ledger_print_receiver("103", &b);
	ledger_print_syscmd(1, 2, &b);
	assert_string_equal(
		b.data,
		"=t ffffffffffffffff 8000000000000000 100000001 6553f100 3 d "
		"/var/tmp 104 /var/a%20b%3Dc%0A%25 /mnt/%C3%A9/tmp "
		"its%20source%20is%20stopped\n"
		"=c 0 0 0 0 0 f /var/tmp 104   \n"
		"=w 0 0 0 0 0 f /var/tmp 104 . . \n"
		"=x /var/tmp\n"
		"=r 103\n"
		"=m 1 2\n");
}

#define A  "=c 1 2 3 4 1 d /a 104 . /b \n"
#define A2 "=w 0 2 3 4 0 f /a 105 /b . why\n"
#define B  "=t 5 2 3 4 2 f /b 104 . . \n"

static void later_lines_win(void **state)
{
	(void)state;
	assert_reads("", "");
	assert_reads(B A, B A);
	assert_reads(A A2, A2);
	assert_reads(A2 A, A);
	assert_reads(A B A2 "=x /b\n", A2);
	assert_reads(A "=x /a\n", "");
	assert_reads("=x /a\n" A, A);
	assert_reads("=x /a\n" A "=x /a\n=x /a\n", "");
	assert_reads(B A "=x /a\n" A2, B A2);
	assert_reads(A B "=x /a\n" A2, B A2);
	assert_reads(B "=x /a\n" A, B A);
	assert_reads("=m 1 2\n=m 3 0\n", "=m 3 0\n");
	assert_reads("=m 3 1\n=m 0 0\n", "");
	assert_reads("=r b\n=r a\n=r %62\n", "=r a\n=r b\n");
	assert_reads("=x /%61\n" A "=x /%61\n", "");
}

static void leaves_out_what_is_not_ours(void **state)
{
	/* clang-format off */
	static const char *const bad[] = {
		"\n", "c\n", "=\n", "=c\n", "==\n", "=q 1\n", "=cc\n", "= \n",
		"=c 1 2 3 4 1 d /a 104 /a /a\n",
		"=c 1 2 3 4 1 d /a 104 /a /a  \n",
		"=x 1 2 3 4 1 d /a 104 /a /a \n",
		"=c x 2 3 4 1 d /a 104 /a /a \n",
		"=c 1 -2 3 4 1 d /a 104 /a /a \n",
		"=c 1 2  4 1 d /a 104 /a /a \n",
		"=c 1 2 3 10000000000000000 1 d /a 104 /a /a \n",
		"=c 1 2 3 A 1 d /a 104 /a /a \n",
		"=c 1 2 3 4 4 d /a 104 /a /a \n",
		"=c 1 2 3 4 1 x /a 104 /a /a \n",
		"=c 1 2 3 4 1 df /a 104 /a /a \n",
		"=c 1 2 3 4 1  /a 104 /a /a \n",
		"=c 1 2 3 4 1 d . 104 /a /a \n",
		"=c 1 2 3 4 1 d  104 /a /a \n",
		"=c 1 2 3 4 1 d /%4 104 /a /a \n",
		"=c 1 2 3 4 1 d /%00 104 /a /a \n",
		"=c 1 2 3 4 1 d /a 10%4 /a /a \n",
		"=c 1 2 3 4 1 d /a 104 /%z /a \n",
		"=c 1 2 3 4 1 d /a 104 /a /%q \n",
		"=c 1 2 3 4 1 d /a 104 /a /a %\n",
		"=x\n", "=x \n", "=x b\n", "=x /a b\n", "=x /%\n",
		"=r\n", "=r \n", "=r a b\n", "=r %\n",
		"=m 1\n", "=m 1 2 3\n", "=m g 1\n", "=m 1 A\n",
		"# a comment\n", "\xff\xfe\x01\n",
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		AUTO(buf) struct buf text = {0};

		buf_printf(&text, B "%s" A, bad[i]);
		assert_reads(bad[i], "");
		assert_reads(text.data, B A);
	}
}

/* A line that is cut anywhere loses itself alone: not one before it, nor one
 * that is appended later. */
static void survives_cuts(void **state)
{
	static const char last[] =
		"=c 1234 5 6 7 1 d /bc%20 104 . /bc why%20not\n";

	(void)state;
	for (size_t cut = 0; cut < sizeof(last) - 1; cut++) {
		AUTO(buf) struct buf text = {0};

		buf_puts(&text, B);
		buf_add(&text, last, cut);
		assert_reads(text.data, B);
		buf_puts(&text, A);
		assert_reads(text.data, B A);
	}
}

static void survives_garbage(void **state)
{
	static const char bytes[] = "=ctwxrm 0123456789/%2F\n\n d f a";
	unsigned seed = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		AUTO(ledger) struct ledger l = {0}, again = {0};
		AUTO(buf) struct buf text = {0}, printed = {0};

		buf_puts(&text, A B);
		for (int k = 0; k < 20; k++) {
			seed = seed * 1103515245 + 12345;
			text.data[(seed >> 8) % text.len] =
				bytes[(seed >> 20) % (sizeof(bytes) - 1)];
		}
		ledger_parse(&l, text.data);
		ledger_print(&l, &printed);
		ledger_parse(&again, buf_text(&printed));
		assert_text(&again, buf_text(&printed));
	}
}

static void counts_lines(void **state)
{
	AUTO(ledger) struct ledger l = {0};

	(void)state;
	ledger_parse(&l, A A "\nrubbish\n=c cut");
	assert_int_equal(l.lines, 5);
	assert_int_equal(l.n, 1);
}

static void holds(void **state)
{
	AUTO(ledger) struct ledger l = {0};
	struct held h = full();

	(void)state;
	h.kind = HELD_GONE;
	ledger_hold(&l, &h);
	assert_int_equal(l.n, 0);
	h.kind = HELD_CAST;
	ledger_hold(&l, &h);
	assert_same(ledger_on(&l, target), &h);
	assert_ptr_equal(ledger_by_id(&l, h.id), l.v);
	/* The one that is held may be given itself. */
	ledger_hold(&l, l.v);
	assert_same(l.v, &h);
	h = (struct held){.kind = HELD_WAITING, .target = target};
	ledger_hold(&l, &h);
	assert_int_equal(l.n, 1);
	assert_string_equal(l.v->reason, "");
	assert_string_equal(l.v->giver, "");
	assert_null(ledger_by_id(&l, 0));
	assert_null(ledger_by_id(&l, 1));
	assert_null(ledger_on(&l, "/var"));
	h.kind = HELD_GONE;
	ledger_hold(&l, &h);
	assert_int_equal(l.n, 0);
	assert_null(ledger_on(&l, target));
}

/* Changes at random, in memory and as lines; both must come to what an array
 * with a place for each target says. */
static void agrees_with_an_array(void **state)
{
	enum { TARGETS = 200 };
	AUTO(ledger) struct ledger l = {0}, read = {0};
	AUTO(buf) struct buf text = {0}, printed = {0};
	uint64_t ids[TARGETS] = {0};
	unsigned seed = 7;

	(void)state;
	for (uint64_t i = 1; i < 20000; i++) {
		char name[16];
		struct held h = {.giver = giver, .target = name, .id = i};
		unsigned which;

		seed = seed * 1103515245 + 12345;
		which = (seed >> 12) % TARGETS;
		h.kind = (seed >> 24) % 3 ? HELD_CAST : HELD_GONE;
		snprintf(name, sizeof(name), "/%u", which);
		ids[which] = h.kind == HELD_GONE ? 0 : i;
		ledger_hold(&l, &h);
		ledger_print_held(&h, &text);
	}
	ledger_parse(&read, text.data);
	ledger_print(&l, &printed);
	assert_text(&read, buf_text(&printed));
	for (unsigned i = 0; i < TARGETS; i++) {
		char name[16];
		const struct held *h;

		snprintf(name, sizeof(name), "/%u", i);
		h = ledger_on(&read, name);
		assert_int_equal(h ? h->id : 0, ids[i]);
		assert_ptr_equal(h,
		                 ids[i] ? ledger_by_id(&read, ids[i]) : NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_prints),
		cmocka_unit_test(prints_lines),
		cmocka_unit_test(later_lines_win),
		cmocka_unit_test(leaves_out_what_is_not_ours),
		cmocka_unit_test(survives_cuts),
		cmocka_unit_test(survives_garbage),
		cmocka_unit_test(counts_lines),
		cmocka_unit_test(holds),
		cmocka_unit_test(agrees_with_an_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
