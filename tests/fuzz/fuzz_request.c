/* SPDX-License-Identifier: MIT */
/*
 * A first line WHO VERB WORDS…, as a guest sends it (WHO! for a shell's words),
 * and casts.ini behind it. What is asked for is refused and nothing changes; or
 * it changes what is WHO's to say alone, into what can be written and read, and
 * what is accepted by that may be mounted.
 */
#include <stdint.h>

#include "base/mem.h"
#include "base/words.h"
#include "cast/policy.h"
#include "cast/request.h"
#include "model/name.h"
#include "same.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_active(void *arg, const struct acceptance *a)
{
	(void)arg;
	return a->path[1] != 'a';
}

static const struct activity now = {.is_active = is_active};

/* What a says that actor has no say in has to be in b. */
static void check_others(const struct casts *a, const struct casts *b,
                         const char *actor)
{
	for (size_t i = 0; i < a->n_offers; i++)
		if (strcmp(a->offers[i].giver, actor))
			must(has_offer(b, &a->offers[i]));
	for (size_t i = 0; i < a->n_blocks; i++)
		if (strcmp(a->blocks[i].receiver, actor))
			must(has_block(b, &a->blocks[i]));
	for (size_t i = 0; i < a->n_acceptances; i++) {
		const struct acceptance *of = &a->acceptances[i], *in_a, *in_b;

		if (!strcmp(of->receiver, actor))
			continue;
		for (size_t n = 0; (in_a = nth_of(a, of->receiver, n)); n++) {
			in_b = nth_of(b, of->receiver, n);
			must(in_b && same_acceptance(in_a, in_b));
		}
	}
}

static const struct acceptance *find(const struct casts *c,
                                     const struct effect *e)
{
	for (size_t i = 0; i < c->n_acceptances; i++) {
		const struct acceptance *a = &c->acceptances[i];

		if (!strcmp(a->receiver, e->receiver) &&
		    !strcmp(a->giver, e->giver) && !strcmp(a->path, e->path) &&
		    !strcmp(a->target, e->target))
			return a;
	}
	return NULL;
}

static void check_effects(const struct casts *c, const struct effects *e)
{
	for (size_t i = 0; i < e->n; i++) {
		const struct acceptance *a;
		unsigned mode = 0;

		must((e->v[i].kind == EFFECT_SKIPPED) == !!e->v[i].reason);
		if (e->v[i].kind != EFFECT_ACCEPTED)
			continue;
		a = find(c, &e->v[i]);
		must(a && policy_allows(c, a, &mode));
	}
}

static void check_apply(struct casts *c, const struct request *q)
{
	AUTO(casts) struct casts before = {0}, once = {0};
	AUTO(effects) struct effects e = {0}, again = {0};
	struct err err = {0};
	int r;

	casts_copy(&before, c);
	r = request_apply(c, q, &now, &e, &err);
	must(r == err.code);
	if (r < 0) {
		must(*err.text && !e.v);
		check_same(&before, c);
		return;
	}
	check_others(&before, c, q->actor);
	check_others(c, &before, q->actor);
	check_effects(c, &e);
	check_rewrite("", 0, c);
	/* castoff PEER:PATH finds a target first, a source then. */
	if (q->verb == CAST_VERB_CASTOFF)
		return;
	casts_copy(&once, c);
	request_apply(c, q, &now, &again, &err);
	check_same(&once, c);
}

static void check_request(const struct asked *asked, const char *text)
{
	AUTO(request) struct request q = {0};
	AUTO(casts) struct casts c = {0};
	struct err err = {0};
	int r = request_parse(asked, &q, &err);

	if (r < 0) {
		must(!q.actor && r == err.code);
		must((r == -8) == !strncmp(err.text, "usage: ", 7));
		return;
	}
	ini_parse(text, strlen(text), "ini", &c, &err);
	err = (struct err){0};
	check_apply(&c, &q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(mem) char *line = mem_new0(size + 1);
	AUTO(words) struct words words = {0};
	struct asked asked = {.is_encoded = true};
	char *text, *bang;

	if (size)
		memcpy(line, data, size);
	text = strchr(line, '\n');
	if (text)
		*text++ = '\0';
	if (words_split(&words, line) < 0 || words.n < 2)
		return 0;
	bang = strchr(words.v[0], '!');
	if (bang) {
		*bang = '\0';
		asked.is_encoded = false;
	}
	asked.verb = request_verb_named(words.v[1]);
	asked.actor = words.v[0];
	asked.words = words.v + 2;
	asked.n = words.n - 2;
	if (asked.verb != CAST_VERBS &&
	    (name_is_valid(asked.actor) || !strcmp(asked.actor, PEER_HOST)))
		check_request(&asked, text ? text : "");
	return 0;
}
