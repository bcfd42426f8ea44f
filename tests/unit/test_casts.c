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
#include "cast/casts.h"

static void offer(struct casts *c, const char *giver, const char *path,
                  const char *receiver, const char *target)
{
	struct offer o = {.giver = (char *)giver,
	                  .path = (char *)path,
	                  .receiver = (char *)receiver,
	                  .target = (char *)target};

	casts_offer(c, &o);
}

static void accept(struct casts *c, const char *receiver, const char *giver,
                   const char *path, const char *target)
{
	struct acceptance a = {.receiver = (char *)receiver,
	                       .giver = (char *)giver,
	                       .path = (char *)path,
	                       .target = (char *)target};

	casts_accept(c, &a);
}

static void block(struct casts *c, const char *receiver, const char *peer,
                  const char *path)
{
	struct block b = {.receiver = (char *)receiver,
	                  .peer = (char *)peer,
	                  .path = (char *)path};

	casts_block(c, &b);
}

/* Offers, acceptances and blocks of which each is the like of another. */
static void fill(struct casts *c)
{
	offer(c, "1", "/a", "2", "/t");
	offer(c, "1", "/a", "2", "/u");
	offer(c, "1", "/b", "2", "/t");
	offer(c, "3", "/a", "2", "/t");
	offer(c, "1", "/a", "3", "/t");
	offer(c, "1", "/a", NULL, NULL);
	accept(c, "2", "1", "/a", "/t");
	accept(c, "2", "1", "/a", "/u");
	accept(c, "2", "1", "/b", "/t");
	accept(c, "2", "3", "/a", "/t");
	accept(c, "3", "1", "/a", "/t");
	block(c, "2", NULL, NULL);
	block(c, "2", "1", NULL);
	block(c, "2", NULL, "/t");
	block(c, "2", "1", "/t");
	block(c, "3", "1", "/t");
}

static void holds_one_of_each(void **state)
{
	AUTO(casts) struct casts c = {0};

	(void)state;
	fill(&c);
	fill(&c);
	assert_int_equal(c.n_offers, 6);
	assert_int_equal(c.n_acceptances, 5);
	assert_int_equal(c.n_blocks, 5);
}

static void replaces_the_mode_in_place(void **state)
{
	AUTO(casts) struct casts c = {0};
	struct offer o;
	struct acceptance a;

	(void)state;
	fill(&c);
	o = c.offers[2];
	o.mode = CAST_RO;
	casts_offer(&c, &o);
	a = c.acceptances[3];
	a.mode = CAST_NOEXEC;
	casts_accept(&c, &a);
	assert_int_equal(c.n_offers, 6);
	assert_int_equal(c.offers[2].mode, CAST_RO);
	assert_int_equal(c.offers[1].mode, 0);
	assert_int_equal(c.n_acceptances, 5);
	assert_int_equal(c.acceptances[3].mode, CAST_NOEXEC);
	assert_int_equal(c.acceptances[2].mode, 0);
}

static void a_copy_is_ones_own(void **state)
{
	AUTO(casts) struct casts c = {0}, copy = {0};

	(void)state;
	casts_copy(&copy, &c);
	assert_null(copy.offers);
	fill(&c);
	casts_copy(&copy, &c);
	casts_done(&c);
	assert_int_equal(copy.n_offers, 6);
	assert_string_equal(copy.offers[3].giver, "3");
	assert_null(copy.offers[5].receiver);
	assert_null(copy.offers[5].target);
	assert_int_equal(copy.n_acceptances, 5);
	assert_string_equal(copy.acceptances[4].receiver, "3");
	assert_int_equal(copy.n_blocks, 5);
	assert_null(copy.blocks[2].peer);
	assert_string_equal(copy.blocks[2].path, "/t");
}

static void drops_keep_the_order(void **state)
{
	AUTO(casts) struct casts c = {0};

	(void)state;
	fill(&c);
	casts_drop_offer(&c, 1);
	assert_int_equal(c.n_offers, 5);
	assert_string_equal(c.offers[1].path, "/b");
	casts_drop_offer(&c, 4);
	assert_int_equal(c.n_offers, 4);
	casts_drop_acceptance(&c, 0);
	assert_int_equal(c.n_acceptances, 4);
	assert_string_equal(c.acceptances[0].target, "/u");
	casts_drop_block(&c, 0);
	assert_int_equal(c.n_blocks, 4);
	assert_string_equal(c.blocks[0].peer, "1");
}

static void grows_again_after_drops(void **state)
{
	AUTO(casts) struct casts c = {0};

	(void)state;
	for (int round = 0; round < 40; round++) {
		char path[32];

		for (int i = 0; i < 5; i++) {
			snprintf(path, sizeof(path), "/%d-%d", round, i);
			offer(&c, "1", path, "2", path);
			accept(&c, "2", "1", path, path);
			block(&c, "2", NULL, path);
		}
		for (int i = 0; i < round % 5; i++) {
			casts_drop_offer(&c, c.n_offers - 1);
			casts_drop_acceptance(&c, 0);
			casts_drop_block(&c, c.n_blocks / 2);
		}
	}
	assert_int_equal(c.n_offers, 120);
	assert_int_equal(c.n_acceptances, 120);
	assert_int_equal(c.n_blocks, 120);
}

static void forgets_a_peer(void **state)
{
	AUTO(casts) struct casts c = {0};

	(void)state;
	fill(&c);
	casts_forget(&c, "3");
	assert_int_equal(c.n_offers, 4);
	assert_int_equal(c.n_acceptances, 3);
	assert_int_equal(c.n_blocks, 4);
	casts_forget(&c, "1");
	assert_int_equal(c.n_offers, 0);
	assert_int_equal(c.n_acceptances, 0);
	assert_int_equal(c.n_blocks, 2);
	casts_forget(&c, "2");
	assert_int_equal(c.n_blocks, 0);
}

static void assert_grant(const struct casts *c, const char *receiver,
                         const char *path, const char *target, int wanted)
{
	struct acceptance a = {.receiver = (char *)receiver,
	                       .giver = (char *)"1",
	                       .path = (char *)path,
	                       .target = (char *)target};
	const struct offer *grant = casts_grant(c, &a);

	if (wanted < 0)
		assert_null(grant);
	else
		assert_ptr_equal(grant, &c->offers[wanted]);
}

static void finds_the_nearest_grant(void **state)
{
	AUTO(casts) struct casts c = {0};

	(void)state;
	offer(&c, "3", "/a", "2", "/t");
	offer(&c, "1", "/a", NULL, NULL);
	offer(&c, "1", "/a", "2", "/u");
	offer(&c, "1", "/a", "2", "/t");
	offer(&c, "1", "/a", "2", "/v");
	offer(&c, "1", "/b", "2", "/t");
	assert_grant(&c, "2", "/a", "/t", 3);
	assert_grant(&c, "2", "/a", "/u", 2);
	assert_grant(&c, "2", "/a", "/v", 4);
	assert_grant(&c, "2", "/a", "/x", 3); /* sorts first */
	assert_grant(&c, "4", "/a", "/t", 1);
	assert_grant(&c, "4", "/b", "/t", -1);
	assert_grant(&c, "2", "/c", "/t", -1);
}

static void finds_what_is_on_a_target(void **state)
{
	AUTO(casts) struct casts c = {0};

	(void)state;
	fill(&c);
	assert_ptr_equal(casts_on(&c, "2", "/t"), &c.acceptances[0]);
	assert_ptr_equal(casts_on(&c, "3", "/t"), &c.acceptances[4]);
	assert_null(casts_on(&c, "3", "/u"));
	assert_null(casts_on(&c, "1", "/t"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_one_of_each),
		cmocka_unit_test(replaces_the_mode_in_place),
		cmocka_unit_test(a_copy_is_ones_own),
		cmocka_unit_test(drops_keep_the_order),
		cmocka_unit_test(grows_again_after_drops),
		cmocka_unit_test(forgets_a_peer),
		cmocka_unit_test(finds_the_nearest_grant),
		cmocka_unit_test(finds_what_is_on_a_target),
	};

	return cmocka_run_group_tests_name("casts", tests, NULL, NULL);
}
