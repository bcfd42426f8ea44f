/* SPDX-License-Identifier: MIT */
/*
 * Words become a request: which peer, which path, which target. What it makes
 * of the casts is in request_apply.c.
 */
#include "cast/request.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/words.h"
#include "cast/path.h"
#include "cast/percent.h"
#include "cast/policy.h"
#include "model/name.h"

#define OPTION_RO   1u
#define OPTION_RW   2u
#define OPTION_LIFT 4u

/* What a verb's words are read by. */
struct reader {
	const struct asked *asked;
	struct request *q;
	struct words words; /* without the options */
	unsigned options;
	struct err *err;
};

static int refuse_usage(struct reader *r)
{
	enum cast_verb verb = r->asked->verb;

	return err_say(r->err, -ENOEXEC, "usage: %s %s",
	               request_verb_name(verb), request_verb_usage(verb));
}

/* What is wrong comes first, for a path may be too long to be told. */
static int refuse_word(struct reader *r, const char *fault, const char *word)
{
	AUTO(buf) struct buf shown = {0};

	buf_escape(&shown, word);
	return err_say(r->err, -EINVAL, "%s: \"%s\"", fault, buf_text(&shown));
}

static int read_peer(struct reader *r, const char *word, char **ret_peer)
{
	if (!strcasecmp(word, PEER_HOST))
		word = PEER_HOST;
	else if (!name_is_valid(word))
		return refuse_word(r, name_fault(word), word);
	*ret_peer = mem_copy(word);
	return 0;
}

static void leave_off_slashes(char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
}

static int read_path(struct reader *r, const char *word, char **ret_path)
{
	AUTO(mem)
	char *path = r->asked->is_encoded ? percent_decode(word, strlen(word))
	                                  : mem_copy(word);
	const char *fault;

	if (!path)
		return refuse_word(r, PERCENT_FAULT, word);
	leave_off_slashes(path);
	fault = path_fault(path);
	if (fault)
		return refuse_word(r, fault, word);
	*ret_path = PTR_TAKE(path);
	return 0;
}

/* PEER:PATH; a lone PEER leaves *ret_path alone. */
static int read_peer_and_path(struct reader *r, const char *word,
                              char **ret_peer, char **ret_path)
{
	AUTO(mem) char *peer = mem_copy(word);
	char *path = strchr(peer, ':');
	int result;

	if (path)
		*path++ = '\0';
	result = read_peer(r, peer, ret_peer);
	return result < 0 || !path ? result : read_path(r, path, ret_path);
}

static int read_cast(struct reader *r)
{
	int result = read_path(r, r->words.v[0], &r->q->path);

	return result < 0 ? result
	                  : read_peer_and_path(r, r->words.v[1], &r->q->peer,
	                                       &r->q->target);
}

static int read_ucast(struct reader *r)
{
	int result = read_path(r, r->words.v[0], &r->q->path);

	return result < 0 || r->words.n == 1
	               ? result
	               : read_peer(r, r->words.v[1], &r->q->peer);
}

static int read_caston(struct reader *r)
{
	int result;

	if (!r->words.n)
		return r->options ? refuse_usage(r) : 0;
	if (!strchr(r->words.v[0], ':'))
		return refuse_usage(r);
	result = read_peer_and_path(r, r->words.v[0], &r->q->peer, &r->q->path);
	return result < 0 || r->words.n == 1
	               ? result
	               : read_path(r, r->words.v[1], &r->q->target);
}

/* PATH, PEER or PEER:PATH. */
static int read_what(struct reader *r, const char *word, char **ret_peer,
                     char **ret_path)
{
	return *word == '/' ? read_path(r, word, ret_path)
	                    : read_peer_and_path(r, word, ret_peer, ret_path);
}

static int read_castoff(struct reader *r)
{
	if (!r->words.n)
		return 0;
	if (*r->words.v[0] != '/' && !strchr(r->words.v[0], ':'))
		return refuse_usage(r);
	return read_what(r, r->words.v[0], &r->q->peer, &r->q->path);
}

/* A block as policy_print_block() has it. */
static int read_lifted(struct reader *r, const char *word,
                       struct words *ret_lifted)
{
	AUTO(mem) char *peer = NULL, *path = NULL;
	AUTO(buf) struct buf text = {0};
	int result = 0;

	if (strcasecmp(word, "All"))
		result = read_what(r, word, &peer, &path);
	if (result < 0)
		return result;
	policy_print_block(&(struct block){.peer = peer, .path = path}, &text);
	words_add(ret_lifted, buf_text(&text));
	return 0;
}

static int read_lift(struct reader *r)
{
	AUTO(words) struct words lifted = {0};

	r->q->is_lift = true;
	for (size_t i = 0; i < r->words.n; i++) {
		int result = read_lifted(r, r->words.v[i], &lifted);

		if (result < 0)
			return result;
	}
	r->q->lifted = PTR_TAKE(lifted.v);
	lifted.n = 0;
	return 0;
}

static int read_castblock(struct reader *r)
{
	if (r->options & OPTION_LIFT)
		return read_lift(r);
	if (!r->words.n)
		return 0;
	return r->words.n > 1
	               ? refuse_usage(r)
	               : read_what(r, r->words.v[0], &r->q->peer, &r->q->path);
}

static int read_dir(struct reader *r)
{
	return read_path(r, r->words.v[0], &r->q->path);
}

/* clang-format off */
static const struct verb_row {
	const char *name, *usage;
	size_t least, most; /* words */
	unsigned options;
	bool is_receivers;
	int (*read)(struct reader *r);
} verbs[CAST_VERBS] = {
	[CAST_VERB_CAST] = { "cast", "DIR PEER[:TARGET] [--ro | --rw]",
		2, 2, OPTION_RO | OPTION_RW, false, read_cast },
	[CAST_VERB_UCAST] = { "ucast", "DIR [PEER]",
		1, 2, 0, false, read_ucast },
	[CAST_VERB_CASTON] = { "caston", "[PEER:PATH [TARGET] [--ro]]",
		0, 2, OPTION_RO, true, read_caston },
	[CAST_VERB_CASTOFF] = { "castoff", "[PATH | PEER:PATH]",
		0, 1, 0, true, read_castoff },
	[CAST_VERB_CASTBLOCK] = { "castblock",
		"[PATH | PEER | PEER:PATH | --lift [WHAT...]]",
		0, SIZE_MAX, OPTION_LIFT, true, read_castblock },
	[CAST_VERB_PUBLISH] = { "publish", "DIR [--ro | --rw]",
		1, 1, OPTION_RO | OPTION_RW, false, read_dir },
	[CAST_VERB_UNPUBLISH] = { "unpublish", "DIR",
		1, 1, 0, false, read_dir },
};
/* clang-format on */

const char *request_verb_name(enum cast_verb verb)
{
	return verbs[verb].name;
}

const char *request_verb_usage(enum cast_verb verb)
{
	return verbs[verb].usage;
}

enum cast_verb request_verb_named(const char *name)
{
	enum cast_verb verb = CAST_VERB_CAST;

	while (verb < CAST_VERBS && strcmp(verbs[verb].name, name))
		verb++;
	return verb;
}

/* Part the options from the other words; false for one that is unknown. */
static bool part_words(struct reader *r)
{
	static const struct {
		const char *word;
		unsigned option;
	} options[] = {{"--ro", OPTION_RO},
	               {"--rw", OPTION_RW},
	               {"--lift", OPTION_LIFT}};
	size_t n = sizeof(options) / sizeof(*options);

	for (size_t i = 0; i < r->asked->n; i++) {
		const char *word = r->asked->words[i];
		size_t at = 0;

		if (*word != '-') {
			words_add(&r->words, word);
			continue;
		}
		while (at < n && strcmp(options[at].word, word))
			at++;
		if (at == n)
			return false;
		r->options |= options[at].option;
	}
	return true;
}

static int read_words(struct reader *r)
{
	const struct verb_row *verb = &verbs[r->asked->verb];
	const unsigned both = OPTION_RO | OPTION_RW;
	bool is_host = !strcmp(r->asked->actor, PEER_HOST), is_ro;

	if (!part_words(r) || r->options & ~verb->options ||
	    r->words.n < verb->least || r->words.n > verb->most ||
	    (r->options & both) == both)
		return refuse_usage(r);
	if (verb->is_receivers && is_host)
		return err_say(r->err, -EINVAL,
		               "%s is for a sub host: the host receives no "
		               "casts",
		               verb->name);
	is_ro = r->options & OPTION_RO;
	if (is_host && verb->options & OPTION_RW)
		is_ro = !(r->options & OPTION_RW);
	r->q->mode = is_ro ? CAST_RO : 0;
	return verb->read(r);
}

int request_parse(const struct asked *asked, struct request *ret,
                  struct err *err)
{
	AUTO(request)
	struct request q = {.verb = asked->verb,
	                    .actor = mem_copy(asked->actor)};
	struct reader r = {.asked = asked, .q = &q, .err = err};
	int result = read_words(&r);

	words_done(&r.words);
	if (result < 0)
		return result;
	*ret = q;
	q = (struct request){0};
	return 0;
}

void request_done(struct request *q)
{
	for (char **word = q->lifted; word && *word; word++)
		free(*word);
	free(q->lifted);
	free(q->actor);
	free(q->peer);
	free(q->path);
	free(q->target);
	*q = (struct request){0};
}
