/* SPDX-License-Identifier: MIT */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "model/state.h"

#define KINDS        3 /* of enum whose */
#define COMBINATIONS (KINDS * KINDS * KINDS * KINDS * 32)

/* The n-th of all combinations of facts. */
static struct facts combination(unsigned n)
{
	struct facts f = {0};
	enum whose *things[] = {&f.live, &f.image, &f.net, &f.cgroup};
	bool *flags[] = {&f.init_alive, &f.populated, &f.has_record,
	                 &f.wants_net, &f.wants_image};

	for (size_t i = 0; i < 4; i++, n /= KINDS)
		*things[i] = (enum whose)(n % KINDS);
	for (size_t i = 0; i < 5; i++, n /= 2)
		*flags[i] = n % 2;
	return f;
}

static void blame(struct buf *why, const char *what)
{
	if (why->len)
		buf_puts(why, "; ");
	buf_puts(why, what);
}

/* What is up (live is ours) must have all its things. */
static void blame_up(const struct facts *f, struct buf *why)
{
	if (!f->has_record)
		blame(why, "live is mounted, but there is no record of it");
	if (f->wants_net && f->net != OURS)
		blame(why, "its network namespace is gone");
	if (f->wants_image && f->image != OURS)
		blame(why, "its image is not mounted");
	if (f->populated && !f->init_alive)
		blame(why, "processes of it are left without their init");
}

/* What is not must have none. */
static void blame_down(const struct facts *f, struct buf *why)
{
	if (f->has_record)
		blame(why, "its record says it is up, but live is not mounted");
	if (f->net == OURS)
		blame(why, "its network namespace is left over");
	if (f->image == OURS)
		blame(why, "its image is left mounted");
	if (f->populated && !f->init_alive)
		blame(why, "processes of it are left without their init");
	if (f->init_alive)
		blame(why, "its init is alive without its root");
}

static void judges_all_combinations(void **state)
{
	unsigned seen[4] = {0};

	(void)state;
	for (unsigned n = 0; n < COMBINATIONS; n++) {
		struct facts f = combination(n);
		AUTO(buf) struct buf why = {0}, wanted = {0};
		enum state got = state_of(&f, &why);

		if (f.live == OURS)
			blame_up(&f, &wanted);
		else
			blame_down(&f, &wanted);
		assert_string_equal(buf_text(&why), buf_text(&wanted));
		if (wanted.len)
			assert_int_equal(got, STATE_DAMAGED);
		else if (f.live != OURS)
			assert_int_equal(got, STATE_STOPPED);
		else if (f.init_alive)
			assert_int_equal(got, STATE_RUNNING);
		else
			assert_int_equal(got, STATE_HIBERNATED);
		seen[got]++;
	}
	for (size_t i = 0; i < 4; i++)
		assert_in_range(seen[i], 1, COMBINATIONS);
}

static void knows_the_whole_ones(void **state)
{
	const struct {
		struct facts facts;
		enum state state;
	} rows[] = {
		{{0}, STATE_STOPPED},
		{{.live = SOMEONE_ELSES,
	          .image = SOMEONE_ELSES,
	          .net = SOMEONE_ELSES,
	          .cgroup = SOMEONE_ELSES},
	         STATE_STOPPED},
		{{.live = OURS,
	          .net = OURS,
	          .cgroup = OURS,
	          .image = OURS,
	          .init_alive = true,
	          .populated = true,
	          .has_record = true,
	          .wants_net = true,
	          .wants_image = true},
	         STATE_RUNNING},
		{{.live = OURS, .has_record = true}, STATE_HIBERNATED},
		/* NETWORK=host, and someone has a namespace of that name. */
		{{.live = OURS, .net = SOMEONE_ELSES, .has_record = true},
	         STATE_HIBERNATED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		AUTO(buf) struct buf why = {0};

		assert_int_equal(state_of(&rows[i].facts, &why), rows[i].state);
		assert_string_equal(buf_text(&why), "");
	}
}

static void says_each_damage(void **state)
{
	const struct {
		struct facts facts;
		const char *why;
	} rows[] = {
		{{.has_record = true},
	         "its record says it is up, but live is not mounted"},
		{{.live = OURS},
	         "live is mounted, but there is no record of it"},
		{{.live = OURS, .has_record = true, .wants_net = true},
	         "its network namespace is gone"},
		{{.net = OURS}, "its network namespace is left over"},
		{{.live = OURS, .has_record = true, .wants_image = true},
	         "its image is not mounted"},
		{{.image = OURS}, "its image is left mounted"},
		{{.live = OURS, .has_record = true, .populated = true},
	         "processes of it are left without their init"},
		{{.init_alive = true}, "its init is alive without its root"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		AUTO(buf) struct buf why = {0};

		assert_int_equal(state_of(&rows[i].facts, &why), STATE_DAMAGED);
		assert_string_equal(buf_text(&why), rows[i].why);
	}
}

static void says_it_behind_what_is_there(void **state)
{
	const struct facts f = {.net = OURS, .image = OURS};
	AUTO(buf) struct buf why = {0};

	(void)state;
	buf_puts(&why, "web: ");
	assert_int_equal(state_of(&f, &why), STATE_DAMAGED);
	assert_string_equal(buf_text(&why),
	                    "web: its network namespace is left over; its "
	                    "image is left mounted");
}

static void has_names(void **state)
{
	(void)state;
	assert_string_equal(state_name(STATE_STOPPED), "stopped");
	assert_string_equal(state_name(STATE_RUNNING), "running");
	assert_string_equal(state_name(STATE_HIBERNATED), "hibernated");
	assert_string_equal(state_name(STATE_DAMAGED), "damaged");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_all_combinations),
		cmocka_unit_test(knows_the_whole_ones),
		cmocka_unit_test(says_each_damage),
		cmocka_unit_test(says_it_behind_what_is_there),
		cmocka_unit_test(has_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
